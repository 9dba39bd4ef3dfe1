// Receipts and shifts print themselves; a count of notes and coins adds up as it is typed.
(function () {
  "use strict";
  document.addEventListener("click", function (e) { if (e.target.closest("[data-print-now]")) print(); });
  if (document.querySelector("[data-print]")) {
    history.replaceState(null, "", location.pathname); // a reload prints nothing
    setTimeout(print, 100);
  }
  var form = document.querySelector("[data-count]");
  if (!form) return;
  function add() {
    var sum = 0;
    form.querySelectorAll("[data-unit]").forEach(function (i) { sum += Number(i.dataset.unit) * (parseInt(i.value, 10) || 0); });
    form.querySelector("[data-counted]").textContent = (sum / 100).toFixed(2);
  }
  form.addEventListener("input", add);
  add();
})();
