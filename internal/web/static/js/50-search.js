// Numbers pasted from a sheet stand on lines of their own; a field of one line would
// run them together.
(function () {
  "use strict";
  var field = document.getElementById("search");
  if (!field) return;
  field.addEventListener("paste", function (e) {
    var text = e.clipboardData && e.clipboardData.getData("text");
    if (!text || !/[\r\n\t]/.test(text)) return;
    e.preventDefault();
    field.setRangeText(text.trim().replace(/\s+/g, " "), field.selectionStart, field.selectionEnd, "end");
  });
})();
