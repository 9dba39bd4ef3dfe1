// The review desk: the order under the cursor is claimed and shown beside the list; an
// act goes to it, and the cursor then stands on the next one.
(function () {
  "use strict";
  var form = document.getElementById("desk-form"), detail = document.getElementById("desk-detail"), reason = document.getElementById("desk-reason");
  if (!form || !detail || !window.htmx || !window.baihuo) return;
  var timer = 0;

  function look(id) {
    var rows = window.baihuo.rows(), i = rows.findIndex(function (r) { return r.dataset.row === id; });
    form.elements.order.value = id;
    form.elements.next.value = rows[i + 1] ? rows[i + 1].dataset.row : rows[i - 1] ? rows[i - 1].dataset.row : "";
    clearTimeout(timer);
    timer = setTimeout(function () { window.htmx.ajax("POST", "/review/orders/" + id + "/claim?part=live", { target: "#desk-detail", swap: "innerHTML" }); }, 80);
  }
  document.addEventListener("baihuo:at", function (e) { look(e.detail.id); });
  document.addEventListener("click", function (e) {
    var link = e.target.closest(".desk-list a[href]");
    if (!link || e.ctrlKey || e.metaKey || innerWidth < 1024) return;
    e.preventDefault();
    window.baihuo.stand(link.closest("[data-row]"));
  });

  // What needs words asks for them: the first press goes to the field, the second, or
  // Enter there, sends.
  var pressed = null;
  form.addEventListener("click", function (e) {
    var b = e.target.closest("button[data-ask]");
    if (!b || reason.value.trim()) return;
    e.preventDefault();
    pressed = b;
    reason.placeholder = b.dataset.word;
    reason.focus();
  });
  reason.addEventListener("keydown", function (e) {
    if (e.key !== "Enter") return;
    e.preventDefault();
    if (pressed && reason.value.trim()) pressed.click();
  });

  var first = document.querySelector("[data-row][data-here]") || window.baihuo.rows()[0];
  if (first) window.baihuo.stand(first);
})();
