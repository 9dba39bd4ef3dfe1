// A count sheet that listens to a scanner: every scan goes to the queue, the server's
// answer to the list and the line.
(function () {
  "use strict";
  var box = document.querySelector("[data-count]");
  if (!box) return;
  var list = box.querySelector("[data-heard-list]"), state = box.querySelector("[data-state]");
  var table = document.getElementById("count-lines");
  function tell(text, bad) {
    var li = document.createElement("li");
    li.textContent = text;
    if (bad) li.className = "warn";
    list.prepend(li);
    while (list.children.length > 5) list.lastChild.remove();
  }
  // line shows what was found of a slot; one that the page lacks is added.
  function line(a) {
    var row = table && table.querySelector('[data-line="' + a.key + '"]');
    if (!row && table) {
      row = table.tBodies[0].insertRow(0);
      row.dataset.line = a.key;
      var texts = [a.bin, a.code, a.name, a.lot || ""];
      for (var i = 0; i < table.tHead.rows[0].cells.length; i++) {
        var cell = row.insertCell();
        cell.textContent = texts[i] || "";
        if (i === 4) { cell.className = "num"; cell.dataset.found = ""; }
      }
    }
    if (row) row.querySelector("[data-found]").textContent = a.found;
  }
  var queue = baihuo.scan.queue("count." + box.dataset.queue, {
    url: box.dataset.count,
    onresult: function (scan, a, ok) {
      if (!ok) { baihuo.scan.sound("wrong"); tell(scan.code + ": " + (a.say || "?"), true); return; }
      if (a.kind === "bin") { box.querySelector("[data-here]").textContent = a.bin; baihuo.scan.sound("done"); }
      else { line(a); baihuo.scan.sound("right"); }
      tell(a.say);
    },
    onchange: function (q) {
      box.querySelector("[data-unsent]").textContent = q.unsent;
      state.textContent = box.dataset[q.state] || (q.unsent > 20 || q.oldest > 60000 ? box.dataset.lost : "");
    }
  });
  baihuo.scan.listen(function (scan) { queue.add(scan); }, { quantity: true });
})();
