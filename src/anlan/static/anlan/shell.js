/* Chrome: the drawer, menus that close, confirmations, forms that are sent once, live progress. */
"use strict";
(function () {
  var words = (document.getElementById("al-words") || { dataset: {} }).dataset;

  // The drawer opens by its address (#menu) and works without this; here it closes with Escape and gives the address back.
  function closeDrawer() {
    if (location.hash !== "#menu") return;
    history.replaceState(null, "", location.pathname + location.search);
    // Only a real navigation updates :target.
    location.hash = "#main";
    history.replaceState(null, "", location.pathname + location.search);
  }
  document.addEventListener("click", function (event) {
    var shade = event.target.closest(".al-menu-shade, .al-menu-close");
    if (shade) { event.preventDefault(); closeDrawer(); }
    document.querySelectorAll("details.al-user[open], details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var back = event.target.closest("[data-back]");
    if (back && history.length > 1) { event.preventDefault(); history.back(); }
    if (event.target.closest("[data-print]")) { event.preventDefault(); window.print(); }
  });
  // The phone's page of the same browser takes leave of whoever logs out here (web/pocket/src/session.ts).
  document.addEventListener("submit", function (event) {
    if (event.target.getAttribute("action") === "/logout") localStorage.setItem("anlan.left", "1");
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    closeDrawer();
    document.querySelectorAll("details.al-user[open], details.menu[open]").forEach(function (menu) { menu.open = false; });
  });

  // A long menu begins where the current page stands, so that one sees where one is.
  var here = document.querySelector(".al-menu a[aria-current]");
  var list = here && here.closest(".al-menu");
  if (list && here.offsetTop + here.offsetHeight > list.clientHeight) {
    list.scrollTop = here.offsetTop - list.clientHeight / 2;
  }

  // data-confirm="…" on a form or on its button: asked once, in our own dialog.
  function ask(text, yes) {
    var dialog = document.createElement("dialog");
    dialog.className = "al-dialog al-body";
    var sentence = document.createElement("p");
    sentence.textContent = text;
    var buttons = document.createElement("div");
    [[words.cancel, "btn", false], [words.ok, "btn btn-primary", true]].forEach(function (spec) {
      var button = document.createElement("button");
      button.type = "button"; button.className = spec[1]; button.textContent = spec[0];
      button.addEventListener("click", function () { dialog.close(); dialog.remove(); if (spec[2]) yes(); });
      buttons.append(button);
    });
    dialog.append(sentence, buttons);
    dialog.addEventListener("cancel", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  }
  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    var text = (button && button.dataset.confirm) || form.dataset.confirm;
    if (text && !form.dataset.confirmed) {
      event.preventDefault();
      ask(text, function () { form.dataset.confirmed = "1"; form.requestSubmit(button || undefined); });
      return;
    }
    if (form.method.toLowerCase() !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // After the browser has collected the fields, else the pressed button's name and value are lost.
    setTimeout(function () {
      form.querySelectorAll("button[type=submit], button:not([type]), input[type=submit]").forEach(function (each) {
        each.setAttribute("aria-disabled", "true");
        if (each === button) each.dataset.busy = "1";
      });
    }, 0);
  });
  // A page that comes back from the browser's cache can be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent; delete form.dataset.confirmed;
      form.querySelectorAll("[aria-disabled=true]").forEach(function (each) { each.removeAttribute("aria-disabled"); delete each.dataset.busy; });
    });
  });

  // <div data-poll="/url"><progress></progress><span data-text></span></div>; the answer is {done, total, text, state, next}.
  document.querySelectorAll("[data-poll]").forEach(function (box) {
    var bar = box.querySelector("progress"), note = box.querySelector("[data-text]"), wait = 700;
    function turn() {
      fetch(box.dataset.poll, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
        .then(function (state) {
          if (bar && state.total) { bar.max = state.total; bar.value = state.done; }
          if (note && state.text) note.textContent = state.text;
          if (state.next) { location.assign(state.next); return; }
          if (state.state === "done" || state.state === "failed") { location.reload(); return; }
          setTimeout(turn, wait);
        })
        .catch(function () { wait = Math.min(wait * 2, 10000); if (note) note.textContent = words.retry; setTimeout(turn, wait); });
    }
    turn();
  });
})();
