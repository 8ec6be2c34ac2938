/* Signing with finger, pen or mouse: strokes on a canvas, sent as a PNG cut to the strokes. Undrawn, the form is not sent. */
"use strict";
(function () {
  var form = document.querySelector("form[data-pad]");
  if (!form || !window.DataTransfer) return;
  var sheet = form.querySelector(".pad-sheet"), file = form.querySelector(".pad-file"), empty = form.querySelector(".pad-empty");
  var pen = sheet.getContext("2d"), strokes = [], open = null, sent = false;
  form.classList.add("pad-ready");

  function fit() {
    var scale = window.devicePixelRatio || 1, box = sheet.getBoundingClientRect();
    sheet.width = Math.round(box.width * scale); sheet.height = Math.round(box.height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    draw(pen, 0, 0, box.width, box.height);
  }
  function draw(target, left, top, width, height) {
    target.fillStyle = "#fff"; target.fillRect(0, 0, width, height);
    target.strokeStyle = target.fillStyle = "#10151c"; target.lineWidth = 3; target.lineCap = target.lineJoin = "round";
    strokes.forEach(function (points) {
      target.beginPath();
      if (points.length === 1) { target.arc(points[0][0] - left, points[0][1] - top, 1.8, 0, 7); target.fill(); return; }
      target.moveTo(points[0][0] - left, points[0][1] - top);
      points.slice(1).forEach(function (p) { target.lineTo(p[0] - left, p[1] - top); });
      target.stroke();
    });
  }
  function place(event) {
    var box = sheet.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  sheet.addEventListener("pointerdown", function (event) {
    event.preventDefault(); sheet.setPointerCapture(event.pointerId);
    open = [place(event)]; strokes.push(open); empty.hidden = true; redraw();
  });
  sheet.addEventListener("pointermove", function (event) {
    if (!open) return;
    (event.getCoalescedEvents ? event.getCoalescedEvents() : [event]).forEach(function (e) { open.push(place(e)); });
    redraw();
  });
  ["pointerup", "pointercancel"].forEach(function (name) { sheet.addEventListener(name, function () { open = null; }); });
  function redraw() { var box = sheet.getBoundingClientRect(); draw(pen, 0, 0, box.width, box.height); }

  form.querySelector("[data-clear]").addEventListener("click", function () { strokes = []; redraw(); });
  form.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); return; }
    event.preventDefault();
    // What is not sent must not make the buttons busy (shell.js listens above).
    if (!strokes.length) { event.stopPropagation(); empty.hidden = false; sheet.focus(); return; }
    var xs = [], ys = [];
    strokes.forEach(function (s) { s.forEach(function (p) { xs.push(p[0]); ys.push(p[1]); }); });
    var left = Math.min.apply(0, xs) - 12, top = Math.min.apply(0, ys) - 12;
    var width = Math.max(40, Math.max.apply(0, xs) - left + 12), height = Math.max(40, Math.max.apply(0, ys) - top + 12);
    var cut = document.createElement("canvas"), target = cut.getContext("2d");
    cut.width = Math.round(width * 2); cut.height = Math.round(height * 2); target.scale(2, 2);
    draw(target, left, top, width, height);
    cut.toBlob(function (blob) {
      var held = new DataTransfer();
      held.items.add(new File([blob], "signature.png", { type: "image/png" }));
      file.files = held.files; sent = true; form.submit();
    }, "image/png");
  });
  window.addEventListener("resize", fit);
  window.addEventListener("pageshow", function () { sent = false; });
  fit();
})();
