/* Fields: photos made small before they are sent, and choosing an enterprise by typing. */
"use strict";
(function () {
  var words = (document.getElementById("al-words") || { dataset: {} }).dataset;
  var LIMIT = 500 * 1000, LONGEST = 1920, QUALITY = 0.8;

  // --- photos: <input type="file" accept="image/*" multiple data-photos> ---------------------------------------------
  // The camera's facts (time, place) live in the JPEG's Exif segment, which a canvas drops: carry it over, turned upright.
  function exifOf(buffer) {
    var view = new DataView(buffer);
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
    for (var at = 2; at + 4 <= view.byteLength;) {
      var marker = view.getUint16(at), size = view.getUint16(at + 2);
      if ((marker & 0xff00) !== 0xff00 || marker === 0xffda || at + 2 + size > view.byteLength) return null;
      if (marker === 0xffe1 && size > 16 && view.getUint32(at + 4) === 0x45786966) return upright(buffer.slice(at, at + 2 + size));
      at += 2 + size;
    }
    return null;
  }
  function upright(segment) {
    var view = new DataView(segment), base = 10, little = view.getUint16(base) === 0x4949;
    var directory = base + view.getUint32(base + 4, little);
    if (directory + 2 > view.byteLength) return segment;
    for (var i = 0, count = view.getUint16(directory, little); i < count; i++) {
      var entry = directory + 2 + 12 * i;
      if (entry + 12 > view.byteLength) break;
      if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
    }
    return segment;
  }
  function encode(canvas, quality) {
    return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); });
  }
  async function shrink(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
    if (file.type === "image/jpeg" && file.size <= LIMIT) return file;
    var picture;
    try { picture = await createImageBitmap(file, { imageOrientation: "from-image" }); } catch (_) { return file; }
    var exif = file.type === "image/jpeg" ? exifOf(await file.arrayBuffer()) : null;
    var spare = exif ? exif.byteLength : 0, side = Math.min(LONGEST, Math.max(picture.width, picture.height)), blob = null;
    // Each round comes nearer to the limit by the square root of what is too much; two or three rounds are the rule.
    for (var round = 0; round < 6; round++) {
      var scale = Math.min(1, side / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * scale)); canvas.height = Math.max(1, Math.round(picture.height * scale));
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      blob = await encode(canvas, QUALITY);
      if (!blob || blob.size + spare <= LIMIT) break;
      side = Math.max(480, Math.floor(side * Math.sqrt((LIMIT - spare) / blob.size) * 0.96));
    }
    picture.close();
    if (!blob) return file;
    var parts = exif ? [blob.slice(0, 2), exif, blob.slice(2)] : [blob];
    return new File(parts, file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  }
  function photoField(input) {
    var list = document.createElement("ul"), note = document.createElement("span"), kept = [];
    list.className = "photos"; note.className = "help"; note.setAttribute("role", "status");
    input.after(list, note);
    function write() {
      var bag = new DataTransfer();
      kept.forEach(function (file) { bag.items.add(file); });
      input.files = bag.files;
      list.replaceChildren.apply(list, kept.map(function (file, index) {
        var item = document.createElement("li"), figure = document.createElement("figure"), image = document.createElement("img");
        var caption = document.createElement("figcaption"), remove = document.createElement("button");
        image.alt = file.name; image.src = URL.createObjectURL(file);
        image.onload = function () { URL.revokeObjectURL(image.src); };
        caption.textContent = Math.ceil(file.size / 1000) + " kB";
        remove.type = "button"; remove.className = "remove"; remove.textContent = "×"; remove.setAttribute("aria-label", words.remove + (index + 1));
        remove.addEventListener("click", function () { kept.splice(index, 1); write(); });
        figure.append(image, caption, remove); item.append(figure);
        return item;
      }));
    }
    input.addEventListener("change", async function () {
      var chosen = Array.from(input.files), form = input.form;
      var buttons = form ? form.querySelectorAll("button[type=submit], button:not([type])") : [];
      note.textContent = words.shrinking;
      buttons.forEach(function (each) { each.dataset.wait = "1"; each.disabled = true; });
      try {
        for (var file of chosen) {
          var small = await shrink(file);
          if (input.multiple) kept.push(small); else kept = [small];
        }
        write();
        note.textContent = kept.length ? words.photos + kept.length : "";
      } finally {
        buttons.forEach(function (each) { delete each.dataset.wait; each.disabled = false; });
      }
    });
  }

  // --- choosing: <div class="search-select" data-url="/api/…?q="><input type="hidden" name="…"><input type="search"></div>
  function selectField(box) {
    var hidden = box.querySelector("input[type=hidden]"), text = box.querySelector("input:not([type=hidden])");
    var list = document.createElement("ul"), rows = [], at = -1, timer = 0, turn = 0;
    list.setAttribute("role", "listbox"); list.hidden = true;
    list.id = "list-" + hidden.name;
    box.append(list);
    text.setAttribute("role", "combobox"); text.setAttribute("autocomplete", "off");
    text.setAttribute("aria-controls", list.id); text.setAttribute("aria-expanded", "false");
    function show(open) { list.hidden = !open; text.setAttribute("aria-expanded", String(open)); }
    function mark(index) {
      at = index;
      Array.from(list.children).forEach(function (item, i) { item.setAttribute("aria-selected", String(i === at)); });
      if (list.children[at]) list.children[at].scrollIntoView({ block: "nearest" });
    }
    function choose(row) {
      hidden.value = row.id; text.value = row.name || row.label; text.setCustomValidity(""); show(false);
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function draw() {
      list.replaceChildren.apply(list, rows.map(function (row) {
        var item = document.createElement("li"), more = [row.uscc, row.address].filter(Boolean).join("  ");
        item.setAttribute("role", "option"); item.textContent = row.name || row.label;
        if (more) { var small = document.createElement("small"); small.textContent = more; item.append(small); }
        item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(row); });
        return item;
      }));
      if (!rows.length) { var none = document.createElement("li"); none.className = "none"; none.textContent = words.none; list.append(none); }
      show(true); mark(rows.length ? 0 : -1);
    }
    function find() {
      var mine = ++turn, words = text.value.trim();
      if (!words) { show(false); return; }
      fetch(box.dataset.url + encodeURIComponent(words), { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); })
        .then(function (body) { if (mine === turn) { rows = Array.isArray(body) ? body : body.items || []; draw(); } })
        .catch(function () { if (mine === turn) { rows = []; draw(); } });
    }
    text.addEventListener("input", function () {
      hidden.value = "";
      // A field with a name of its own is answered by the server; the others hold nothing until a row is chosen.
      if (!text.name) text.setCustomValidity(text.value.trim() ? words.choose : "");
      clearTimeout(timer); timer = setTimeout(find, 180);
    });
    text.addEventListener("keydown", function (event) {
      if (list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark(Math.min(at + 1, rows.length - 1)); }
      else if (event.key === "ArrowUp") { event.preventDefault(); mark(Math.max(at - 1, 0)); }
      else if (event.key === "Enter" && rows[at]) { event.preventDefault(); choose(rows[at]); }
      else if (event.key === "Escape") { show(false); }
    });
    text.addEventListener("blur", function () { setTimeout(function () { show(false); }, 120); });
  }

  // A phone starts with the search box alone, whatever conditions a link brought along.
  if (window.matchMedia("(max-width: 900px)").matches) {
    document.querySelectorAll(".filters-more[open]").forEach(function (more) { more.open = false; });
  }

  document.querySelectorAll("input[type=file][data-photos]").forEach(photoField);
  document.querySelectorAll(".search-select[data-url]").forEach(selectField);

  // data-shows="id": the part belongs to one answer (a hazard's fields under 隐患).
  function reveal(input) {
    document.querySelectorAll('input[name="' + CSS.escape(input.name) + '"][data-shows]').forEach(function (each) {
      var part = document.getElementById(each.dataset.shows);
      if (!part) return;
      part.hidden = !each.checked;
      part.querySelectorAll("input, select, textarea").forEach(function (field) { field.disabled = part.hidden; });
    });
  }
  document.querySelectorAll("input[data-shows]").forEach(reveal);
  document.addEventListener("change", function (event) {
    if (event.target.matches("input[type=radio], input[type=checkbox]")) reveal(event.target);
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
})();
