// A SKU that was found goes into the first free line; what was typed of the goods, and
// nothing of the customer, survives a reload.
(function () {
  "use strict";
  var form = document.getElementById("new-order"), name = "order-new";
  var kept = /^(code|qty|price)_\d$|^(shop|pay|freight|on|wish|memo)$/;
  function fields() { return Array.prototype.filter.call(form.elements, function (f) { return kept.test(f.name); }); }
  function keep() { var all = {}; fields().forEach(function (f) { all[f.name] = f.value; }); sessionStorage.setItem(name, JSON.stringify(all)); }
  try {
    var was = JSON.parse(sessionStorage.getItem(name) || "{}");
    fields().forEach(function (f) { if (was[f.name] && !f.value) f.value = was[f.name]; });
  } catch (e) { sessionStorage.removeItem(name); }
  form.addEventListener("input", keep);
  form.addEventListener("submit", function () { sessionStorage.removeItem(name); });
  form.addEventListener("click", function (e) {
    var add = e.target.closest("[data-add]");
    if (!add) return;
    var rows = Array.prototype.slice.call(form.querySelectorAll(".new-line"));
    var row = rows.find(function (r) { return r.querySelector("[name^=code]").value === add.dataset.add; });
    if (row) { var q = row.querySelector("[name^=qty]"); q.value = Number(q.value || 0) + 1; keep(); return; }
    row = rows.find(function (r) { return !r.querySelector("[name^=code]").value; });
    if (!row) return;
    row.querySelector("[name^=code]").value = add.dataset.add;
    row.querySelector("[name^=price]").value = add.dataset.price;
    var qty = row.querySelector("[name^=qty]");
    qty.value = qty.value || "1";
    qty.focus();
    qty.select();
    keep();
  });
})();
