// The order page: it prints, and what was shown in the clear goes by itself.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (b) { b.hidden = false; b.addEventListener("click", function () { print(); }); });
  var box = document.getElementById("plainly");
  if (!box) return;
  var end = Date.now() + Number(box.dataset.seconds) * 1000, left = document.getElementById("plain-left");
  var tick = setInterval(function () {
    var n = Math.ceil((end - Date.now()) / 1000);
    left.textContent = n + " s";
    if (n <= 0) { clearInterval(tick); box.remove(); }
  }, 500);
})();
