/* data-position: a button that fills in where the phone is; shown only where the phone offers that (https). */
"use strict";
(function () {
  document.querySelectorAll("[data-position]").forEach(function (button) {
    if (!navigator.geolocation || !window.isSecureContext) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(function (found) {
        button.form.elements.lon.value = found.coords.longitude.toFixed(6);
        button.form.elements.lat.value = found.coords.latitude.toFixed(6);
        button.disabled = false;
      }, function () { button.disabled = false; }, { enableHighAccuracy: true, timeout: 15000 });
    });
  });
})();
