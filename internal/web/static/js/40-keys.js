// The keyboard. Rows of a table with data-rows are walked with j k or the arrows,
// ticked with Space, opened with Enter. g and a letter goes where the menu says.
// A single letter presses what bears it in data-key. Nothing acts while somebody
// types, or when single keys are switched off, or on a page that listens to a scanner.
(function () {
  "use strict";
  var going = 0; // since when g is held
  var from = -1; // where a range of ticks began

  function typing(e) { return /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !/^(checkbox|radio|button|submit)$/.test(e.target.type) || e.target.isContentEditable; }
  function list() { return document.querySelector("table[data-rows], [data-rows]"); }
  function rows() { var l = list(); return l ? Array.prototype.slice.call(l.querySelectorAll("[data-row]")) : []; }
  function at(all) { return all.findIndex(function (r) { return r.classList.contains("at"); }); }

  function stand(row, quiet) {
    document.querySelectorAll("[data-row].at").forEach(function (r) { r.classList.remove("at"); r.removeAttribute("aria-current"); });
    if (!row) return;
    row.classList.add("at");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    if (!quiet) row.dispatchEvent(new CustomEvent("baihuo:at", { bubbles: true, detail: { id: row.dataset.row } }));
  }
  function tick(row, on) {
    var box = row.querySelector("input[type=checkbox][name]");
    if (!box || box.disabled) return;
    box.checked = on === undefined ? !box.checked : on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function walk(step, range) {
    var all = rows();
    if (!all.length) return false;
    var i = at(all), next = Math.min(Math.max(i + step, 0), all.length - 1);
    if (i < 0) next = step > 0 ? 0 : all.length - 1;
    if (range) {
      if (from < 0) { from = Math.max(i, 0); tick(all[from], true); }
      tick(all[next], Math.abs(next - from) >= Math.abs(i - from) || next === from);
      if (Math.abs(next - from) < Math.abs(i - from)) tick(all[i], false);
    } else from = -1;
    stand(all[next]);
    return true;
  }
  function press(key) {
    var row = document.querySelector("[data-row].at");
    var what = row && row.querySelector('[data-key="' + key + '"]') || document.querySelector('dialog[open] [data-key="' + key + '"]') ||
      document.querySelector('main [data-key="' + key + '"], .toast [data-key="' + key + '"]');
    if (!what || what.disabled || what.hidden || !what.getClientRects().length) return false;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(what.tagName)) what.focus(); else what.click();
    return true;
  }

  document.addEventListener("keydown", function (e) {
    if (e.defaultPrevented || document.body.dataset.scanner === "on" && e.key !== "Escape") return;
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
      var form = e.target.closest("form") || document.querySelector("dialog[open] form, main form[data-main]");
      if (form) { form.requestSubmit(); e.preventDefault(); }
      return;
    }
    if (e.altKey && /^[1-9]$/.test(e.key)) {
      var tab = document.querySelectorAll(".tabs a")[Number(e.key) - 1];
      if (tab) { tab.click(); e.preventDefault(); }
      return;
    }
    if (e.key === "Escape") {
      if (typing(e)) { e.target.blur(); return; }
      var back = document.querySelector("main [data-back]");
      if (back && !document.querySelector("dialog[open]")) { back.click(); e.preventDefault(); }
      return;
    }
    if (typing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { if (!document.querySelector("dialog[open]") && walk(e.key === "ArrowDown" ? 1 : -1, e.shiftKey)) e.preventDefault(); return; }
    if (e.key === "Enter" && !/^(A|BUTTON|SUMMARY)$/.test(e.target.tagName)) {
      var row = document.querySelector("[data-row].at"), link = row && row.querySelector("a[href]");
      if (link) { link.click(); e.preventDefault(); }
      return;
    }
    if (e.key === " " && !/^(A|BUTTON|SUMMARY|INPUT)$/.test(e.target.tagName)) {
      var one = document.querySelector("[data-row].at");
      if (one) { tick(one); e.preventDefault(); }
      return;
    }
    if (document.documentElement.dataset.keys === "off" || e.key.length !== 1) return;
    var key = e.key.toLowerCase();
    if (going && Date.now() - going < 1500) {
      going = 0;
      var to = document.querySelector('[data-go="' + key + '"]');
      if (to) { to.click(); e.preventDefault(); }
      return;
    }
    if (key === "g") { going = Date.now(); return; }
    if (key === "/") { var s = document.getElementById("search"); if (s) { s.focus(); s.select(); e.preventDefault(); } return; }
    if (key === "?") { var map = document.getElementById("keymap"); if (map && !map.open) map.showModal(); e.preventDefault(); return; }
    if ((key === "j" || key === "k") && !document.querySelector("dialog[open]") && walk(key === "j" ? 1 : -1)) { e.preventDefault(); return; }
    if (press(key)) e.preventDefault();
  });

  document.addEventListener("click", function (e) {
    var row = e.target.closest("[data-rows] [data-row]");
    if (!row) return;
    if (e.shiftKey && e.target.matches("input[type=checkbox]")) {
      var all = rows(), i = at(all), j = all.indexOf(row);
      if (i >= 0) all.slice(Math.min(i, j), Math.max(i, j) + 1).forEach(function (r) { tick(r, e.target.checked); });
    }
    stand(row, !!e.target.closest("a, button, input, summary"));
  });

  // Ticks: the bar of what can be done shows how many; data-tick-all ticks the page.
  function bar() {
    var ticked = document.querySelectorAll("[data-rows] [data-row] input[type=checkbox][name]:checked");
    document.querySelectorAll("[data-row]").forEach(function (r) { var b = r.querySelector("input[type=checkbox][name]"); r.classList.toggle("ticked", !!(b && b.checked)); });
    document.querySelectorAll(".bulk[data-bulk]").forEach(function (b) {
      b.hidden = !ticked.length;
      var n = b.querySelector("[data-ticked]");
      if (n) n.textContent = ticked.length;
    });
  }
  document.addEventListener("change", function (e) {
    if (e.target.matches("[data-tick-all]")) rows().forEach(function (r) { tick(r, e.target.checked); });
    if (e.target.type === "checkbox") bar();
  });
  addEventListener("pageshow", bar);

  // The help says what this very page offers.
  var map = document.getElementById("keymap");
  if (map) map.addEventListener("toggle", fill), new MutationObserver(fill).observe(map, { attributes: true, attributeFilter: ["open"] });
  function fill() {
    var go = document.getElementById("keymap-go"), here = document.getElementById("keymap-page");
    go.textContent = here.textContent = "";
    function add(to, key, word) { var k = document.createElement("kbd"); k.textContent = key; to.append(k, " " + word + "  "); }
    document.querySelectorAll("[data-go]").forEach(function (a) { add(go, a.dataset.go, a.title); });
    var seen = {};
    document.querySelectorAll("main [data-key]").forEach(function (b) {
      if (!seen[b.dataset.key]) add(here, b.dataset.key, (b.dataset.word || b.getAttribute("aria-label") || b.textContent).trim());
      seen[b.dataset.key] = true;
    });
  }

  window.baihuo = { stand: stand, rows: rows, walk: walk };
})();
