/* 审稿: sends a draft to the API, shows its text with marks and the findings beside it. The draft stays in this page's memory. */
"use strict";
(function () {
  function by(id) { return document.getElementById("draft-" + id); }
  if (!by("words")) return;
  var words = by("words").dataset, SEVERITIES = ["error", "doubt", "hint"];
  var token = document.querySelector("#draft-in input[name=csrfmiddlewaretoken]").value;
  var draft = null, answer = null, chars = [], parts = [], on = -1, turn = 0, shown = {};

  function say(name, facts) { return words[name].replace(/\{(\w+)\}/g, function (_, key) { return facts[key]; }); }
  function make(tag, kind, text) {
    var element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function ruleName(number) { return by("rules").querySelector('[data-rule="' + number + '"]').textContent; }
  function kindOf(finding) { return finding.dismissed ? "dismissed" : finding.severity; }
  function complain(text) { by("error").textContent = text; by("error").hidden = !text; }

  // --- asking ---------------------------------------------------------------------------------------------------------
  async function ask(url, body, json) {
    var headers = { "X-CSRFToken": token };
    if (json) headers["Content-Type"] = "application/json";
    var reply;
    try { reply = await fetch(url, { method: "POST", headers: headers, body: body, credentials: "same-origin" }); } catch (_) { throw new Error(words.failed); }
    if (reply.ok) return reply;
    var told = null;
    try { told = await reply.json(); } catch (_) { /* not one of our answers: a proxy's page */ }
    throw new Error((told && told.message) || words.failed);
  }
  function parcel() {
    var form = new FormData();
    form.append("file", draft.blob, draft.name);
    return form;
  }
  async function check(blob, name) {
    var mine = ++turn;
    complain(""); by("busy").textContent = words.busy; by("go").disabled = true;
    draft = { blob: blob, name: name };
    try {
      var form = parcel();
      form.append("with_text", "true");
      var found = await (await ask(words.check, form)).json();
      if (mine !== turn) return;
      if (!found.text.trim()) { complain(words.empty); return; }
      show(found);
    } catch (error) {
      if (mine === turn) { by("out").hidden = true; by("in").hidden = false; complain(error.message); }
    } finally {
      if (mine === turn) { by("busy").textContent = ""; by("go").disabled = false; }
    }
  }

  // --- showing --------------------------------------------------------------------------------------------------------
  function show(found) {
    answer = found; chars = Array.from(found.text); on = -1;
    shown = { error: true, doubt: true, hint: true, dismissed: true };
    by("name").textContent = draft.name;
    by("size").textContent = say("size", found);
    by("in").hidden = true; by("out").hidden = false;
    drawText(); refresh();
    by("name").scrollIntoView({ block: "nearest" });
  }
  function drawText() {
    // Offsets count characters, not the halves that JavaScript counts; every begin and end of a passage cuts the text.
    var cuts = new Set([0, chars.length]), own = [], other = [];
    answer.findings.forEach(function (f, n) {
      own.push([f.start, f.end, n]);
      f.others.forEach(function (o) { other.push([o.start, o.end, n]); });
    });
    own.concat(other).forEach(function (place) { cuts.add(place[0]); cuts.add(place[1]); });
    var at = Array.from(cuts).sort(function (a, b) { return a - b; }), index = new Map(at.map(function (cut, n) { return [cut, n]; }));
    var cells = at.slice(1).map(function () { return { own: [], other: [] }; });
    [["own", own], ["other", other]].forEach(function (list) {
      list[1].forEach(function (p) { for (var i = index.get(p[0]); i < index.get(p[1]); i++) cells[i][list[0]].push(p[2]); });
    });
    parts = [];
    by("body").replaceChildren.apply(by("body"), cells.map(function (cell, i) {
      var text = chars.slice(at[i], at[i + 1]).join("");
      if (!cell.own.length && !cell.other.length) return document.createTextNode(text);
      var mark = make("mark", "", text), part = { element: mark, own: cell.own, other: cell.other, start: at[i] };
      parts.push(part);
      if (cell.own.length) { mark.tabIndex = 0; mark.setAttribute("role", "button"); }
      mark.addEventListener("click", function () { pick(part); });
      mark.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(part); }
      });
      return mark;
    }));
  }
  function pick(part) {
    var all = part.own.concat(part.other).filter(visible), next = all[(all.indexOf(on) + 1) % all.length];
    if (next !== undefined) choose(next);
  }
  function visible(n) { return shown[kindOf(answer.findings[n])]; }
  function paint() {
    parts.forEach(function (part) {
      var kinds = part.own.filter(visible).map(function (n) { return kindOf(answer.findings[n]); });
      var worst = SEVERITIES.concat("dismissed").find(function (kind) { return kinds.includes(kind); });
      part.element.className = (worst ? "m-" + worst : "") + (part.own.includes(on) ? " m-on" : part.other.includes(on) ? " m-other" : "");
    });
  }
  function refresh() {
    var counts = { error: 0, doubt: 0, hint: 0, dismissed: 0 };
    answer.findings.forEach(function (f) { counts[kindOf(f)] += 1; });
    by("filters").replaceChildren.apply(by("filters"), Object.keys(counts).filter(function (kind) { return kind !== "dismissed" || counts[kind]; }).map(function (kind) {
      var button = make("button", "btn btn-sm f-" + kind);
      button.type = "button"; button.dataset.kind = kind; button.append(make("i"), words[kind] + " " + counts[kind]);
      button.setAttribute("aria-pressed", String(shown[kind]));
      button.addEventListener("click", function () {
        shown[kind] = !shown[kind];
        if (on >= 0 && !visible(on)) on = -1;
        refresh();
        by("filters").querySelector('[data-kind="' + kind + '"]').focus();
      });
      return button;
    }));
    var names = Array.from(by("rules").children, function (item) { return item.textContent; }).join("、");
    var all = answer.findings.length, clean = all === 0 || all === counts.dismissed;
    by("clean").hidden = !clean;
    if (clean) by("clean").textContent = all ? say("settled", { count: all }) : say("clean", Object.assign({ rules: names }, answer));
    by("filters").hidden = all === 0; by("export").hidden = all === counts.dismissed;
    by("list").parentNode.hidden = all === 0;
    by("list").replaceChildren.apply(by("list"), answer.findings.map(item).filter(function (_, n) { return visible(n); }));
    paint();
  }
  function item(finding, n) {
    var kind = kindOf(finding), row = make("li", "draft-item s-" + finding.severity + (finding.dismissed ? " is-dismissed" : ""));
    var head = make("button", "draft-head"), tag = { error: "tag tag-bad", doubt: "tag tag-warn", hint: "tag tag-info", dismissed: "tag" }[kind];
    row.dataset.n = n; head.type = "button"; head.id = "draft-head-" + n;
    head.setAttribute("aria-expanded", String(n === on));
    head.append(make("span", tag, words[kind]), make("span", "", say("rule", { rule: finding.rule, name: ruleName(finding.rule) })),
      make("span", "muted", say("paragraph", finding)), make("span", "draft-quote", "“" + squeezed(finding.quote) + "”"));
    head.addEventListener("click", function () { choose(n === on ? -1 : n); });
    row.append(head);
    if (n === on) row.append(detail(finding, n));
    return row;
  }
  function squeezed(text) { return text.replace(/\s+/g, " ").trim(); }
  function detail(finding, n) {
    var box = make("div", "draft-detail"), why = make("p", "draft-why"), sum = /[（(\d][\d.,%‰万亿元+\-−×÷/（）()]*(?:[=＝＞＜<>≠≈][\d.,%‰万亿元+\-−×÷/（）()]+)+/g, at = 0, match;
    while ((match = sum.exec(finding.why))) {
      why.append(finding.why.slice(at, match.index), make("code", "", match[0]));
      at = match.index + match[0].length;
    }
    why.append(finding.why.slice(at));
    box.append(why);
    var places = wide() ? finding.others : [finding].concat(finding.others);
    if (places.length) {
      var list = make("ul", "draft-others");
      list.append(make("li", "muted", wide() ? words.others : words.places));
      places.forEach(function (other) {
        var line = make("li"), go = make("button", "", "“" + squeezed(other.quote) + "”");
        go.type = "button";
        go.addEventListener("click", function () { reveal(other.start); });
        line.append(go); list.append(line);
      });
      box.append(list);
    }
    box.append(finding.dismissed ? judged(finding, n) : judging(finding, n));
    return box;
  }

  // --- judging --------------------------------------------------------------------------------------------------------
  function judged(finding, n) {
    var line = make("div", "draft-judge"), d = finding.dismissed, back = make("button", "btn btn-sm", words.back);
    var at = new Date(d.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
    back.type = "button";
    line.append(make("p", "draft-said", say("judged", { by: d.by, at: at, reason: d.reason }) + (d.carried ? words.carried : "")), back);
    back.addEventListener("click", function () {
      settle(line, back, n, function () { return ask(words.dismissals + "/" + d.id + "/take-back", null); }, function () { return null; });
    });
    return line;
  }
  function judging(finding, n) {
    var line = make("div", "draft-judge"), reason = make("input"), go = make("button", "btn btn-sm", words.dismiss);
    reason.type = "text"; reason.maxLength = 200; reason.placeholder = words.reason; reason.setAttribute("aria-label", words.reason);
    go.type = "button";
    function send() {
      settle(line, go, n, function () { return ask(words.dismissals, JSON.stringify({ mark: finding.mark, reason: reason.value }), true); },
        function (reply) { return reply; });
    }
    go.addEventListener("click", send);
    reason.addEventListener("keydown", function (event) { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); send(); } });
    line.append(reason, go);
    return line;
  }
  async function settle(line, button, n, act, result) {
    if (button.disabled) return;
    var mine = answer;
    button.disabled = true;
    line.querySelectorAll(".draft-refused").forEach(function (old) { old.remove(); });
    try {
      var reply = result(await (await act()).json());
      if (mine !== answer) return;
      answer.findings[n].dismissed = reply;
      refresh(); focusHead(n);
    } catch (error) {
      var told = make("p", "draft-refused", error.message);
      told.setAttribute("role", "alert"); line.append(told); button.disabled = false;
    }
  }

  // --- going about ----------------------------------------------------------------------------------------------------
  function wide() { return window.innerWidth > 900; }
  function reveal(start) {
    var part = parts.find(function (p) { return p.start === start; });
    if (!part) return;
    if (!wide()) { part.element.scrollIntoView({ block: "center" }); return; }
    // Beside the list the text scrolls by itself; the page stays where it is.
    var box = by("body").getBoundingClientRect(), mark = part.element.getBoundingClientRect();
    by("body").scrollTop += mark.top - box.top - (box.height - mark.height) / 2;
  }
  function focusHead(n) { var head = document.getElementById("draft-head-" + n); if (head) { head.focus({ preventScroll: true }); head.scrollIntoView({ block: "nearest" }); } }
  function choose(n) {
    on = n;
    refresh();
    if (n < 0) return;
    focusHead(n);
    // On a phone the text stands below the list: the reasoning opens in the list, from there one goes to the places.
    if (wide()) reveal(answer.findings[n].start);
  }
  by("list").addEventListener("keydown", function (event) {
    if (!event.target.classList.contains("draft-head")) return;
    var heads = Array.from(by("list").querySelectorAll(".draft-head")), at = heads.indexOf(event.target);
    var to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1 }[event.key];
    if (to !== undefined && heads[to]) { event.preventDefault(); heads[to].focus(); }
    if (event.key === "Escape" && on >= 0) { var was = on; choose(-1); focusHead(was); }
  });
  by("file").addEventListener("change", function () {
    var file = by("file").files[0];
    if (file) check(file, file.name);
    by("file").value = "";
  });
  by("go").addEventListener("click", function () {
    var text = by("text").value;
    if (text.trim()) check(new Blob([text], { type: "text/plain" }), words.pasted); else complain(words.nothing);
  });
  by("anew").addEventListener("click", function () {
    turn += 1; draft = answer = null; chars = []; parts = [];
    by("text").value = ""; by("body").replaceChildren(); by("list").replaceChildren();
    by("out").hidden = true; by("in").hidden = false; complain(""); by("file").focus();
  });
  by("export").addEventListener("click", async function () {
    var button = by("export");
    if (button.disabled) return;
    button.disabled = true; complain("");
    try {
      var reply = await ask(words.annotated, parcel()), name = /filename\*=utf-8''([^;]+)/i.exec(reply.headers.get("Content-Disposition") || "");
      var link = make("a");
      link.href = URL.createObjectURL(await reply.blob());
      link.download = name ? decodeURIComponent(name[1]) : draft.name;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    } catch (error) { complain(error.message); } finally { button.disabled = false; }
  });
  // A file dropped anywhere on the page is meant for it; without this the browser would leave the page and open the file.
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    window.addEventListener(name, function (event) {
      event.preventDefault();
      by("drop").classList.toggle("draft-over", name === "dragover");
      var file = name === "drop" && event.dataTransfer && event.dataTransfer.files[0];
      if (file) check(file, file.name);
    });
  });
})();
