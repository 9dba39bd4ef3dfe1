// A paper of several lines: a scan fills the next line, the same code again adds one. A
// scan while a bin or lot is written goes there. Enter goes to the next field.
(function () {
  "use strict";
  var form = document.querySelector("form[data-goods]");
  if (!form) return;
  var body = form.querySelector(".goods tbody"), more = form.querySelector("[data-more]");
  function rows() { return Array.prototype.slice.call(body.rows); }
  function at(row, name) { return row.querySelector("[name=" + name + "]"); }
  function add() {
    var row = body.rows[body.rows.length - 1].cloneNode(true);
    row.className = "";
    row.querySelectorAll("input").forEach(function (i) { i.value = ""; });
    row.querySelectorAll("small").forEach(function (s) { s.remove(); });
    body.appendChild(row);
    return row;
  }
  more.hidden = false;
  more.addEventListener("click", function () { at(add(), "code").focus(); });
  baihuo.scan.listen(function (scan) {
    var field = document.activeElement;
    if (field && /^(bin|to|lot|note)$/.test(field.name)) { field.value = scan.code; baihuo.scan.sound("right"); return; }
    var row = rows().find(function (r) { return at(r, "code").value.trim().toUpperCase() === scan.code.toUpperCase() && !(at(r, "lot") || {}).value; });
    if (row) at(row, "qty").value = Number(at(row, "qty").value || 0) + 1;
    else {
      row = rows().find(function (r) { return !at(r, "code").value && !at(r, "qty").value; }) || add();
      at(row, "code").value = scan.code;
      at(row, "qty").value = 1;
    }
    at(row, "qty").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    baihuo.scan.sound("right");
  });
  form.addEventListener("keydown", function (e) {
    if (e.key !== "Enter" || e.target.tagName !== "INPUT" || e.isComposing) return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) { form.requestSubmit(form.querySelector("button.first")); return; }
    var all = Array.prototype.slice.call(form.querySelectorAll("input:not([type=hidden]), select"));
    var next = all[all.indexOf(e.target) + 1] || at(add(), "code");
    next.focus();
  });
})();
