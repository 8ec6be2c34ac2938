/* Progress of an import: asks once a second, and shows the page anew when the work is done. */
"use strict";
(function () {
  var card = document.getElementById("import-progress");
  if (!card) return;
  var bar = card.querySelector("progress"), words = document.getElementById("import-words");
  function ask() {
    fetch(card.dataset.url, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
      .then(function (state) {
        if (!state.working) { location.reload(); return; }
        if (state.of) { bar.max = state.of; bar.value = state.done; words.textContent = state.done + " / " + state.of; }
        setTimeout(ask, 1000);
      })
      .catch(function () { setTimeout(ask, 5000); });
  }
  setTimeout(ask, 600);
})();
