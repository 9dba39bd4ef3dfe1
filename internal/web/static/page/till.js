// The till. It knows the goods by heart, so it sells without network: a finished sale is
// a document with its own key, kept in this browser until the server has booked it. What
// the server refuses stays on the page with its reason until somebody mends it. Nothing
// personal is kept here in the clear: a customer is a text that the server sealed, or
// without network this page (till-away.js), and that the server alone can open.
(function () {
  "use strict";
  var box = document.getElementById("till");
  if (!box) return;
  var setup = JSON.parse(box.dataset.setup), say = setup.words, scan = baihuo.scan, away = baihuo.away;
  var name = setup.shop + "." + setup.who, kept = "baihuo.till." + name + ".", shelf = "baihuo.shelf." + setup.shop, draft = "till." + name;
  var goods = {}, learnt = 0, lines = [], at = -1, who = null, last = null, pending = {};
  var lost = false; // the server did not answer when it was asked last
  function $(id) { return document.getElementById(id); }
  function fen(n) { return (n / 100).toFixed(2); }
  function read(text) { // minor units, or NaN
    text = text.trim().replace(/[,，]/g, "").replace("。", ".");
    return /^\d{1,9}(\.\d{0,2})?$/.test(text) ? Math.round(parseFloat(text) * 100) : NaN;
  }
  function tell(text, bad) {
    $("till-say").textContent = text;
    $("till-say").className = "because" + (bad ? " held" : "");
    if (bad) scan.sound("wrong");
  }
  function make(tag, text, cls) {
    var el = document.createElement(tag);
    if (text !== undefined) el.textContent = text;
    if (cls) el.className = cls;
    return el;
  }
  function button(text, fn, cls) {
    var b = make("button", text, cls);
    b.type = "button";
    b.addEventListener("click", fn);
    return b;
  }
  function store(key, value) { try { localStorage.setItem(key, value); return true; } catch (e) { return false; } }

  function clock(ms) {
    var d = new Date(ms), two = function (n) { return String(n).padStart(2, "0"); };
    var day = [d.getFullYear(), two(d.getMonth() + 1), two(d.getDate())].join("-");
    return { day: day, short: (Date.now() - ms > 43200000 ? day + " " : "") + two(d.getHours()) + ":" + two(d.getMinutes()),
      full: day + " " + [d.getHours(), d.getMinutes(), d.getSeconds()].map(two).join(":") };
  }

  // Goods: what was kept from last time, then what the server says, each five minutes.
  function learn(list) {
    list.forEach(function (g) { [g.c].concat(g.b || []).forEach(function (code) { goods[code] = g; }); });
  }
  try {
    var old = JSON.parse(localStorage.getItem(shelf) || '{"goods":[]}');
    learn(old.goods);
    learnt = old.at;
  } catch (e) { localStorage.removeItem(shelf); }
  function stock(after, all) {
    return ask("/store/catalog?shop=" + encodeURIComponent(setup.shop) + "&after=" + encodeURIComponent(after)).then(function (a) {
      all = all.concat(a.goods);
      if (a.next) return stock(a.next, all);
      goods = {};
      learn(all);
      learnt = Date.now();
      store(shelf, JSON.stringify({ at: learnt, goods: all }));
      draw();
    });
  }
  function learnAll() { stock("", []).catch(function () {}).then(net); }

  // ask speaks with the server, five seconds at most; what it refuses is thrown as its sentence.
  function ask(url, form) {
    var stop = new AbortController(), late = setTimeout(function () { stop.abort(); }, 5000);
    var o = { headers: { Accept: "application/json" }, signal: stop.signal };
    if (form) { o.method = "POST"; o.body = new URLSearchParams(form); }
    return fetch(url, o).then(function (r) {
      hear(false);
      return r.json().then(function (a) { if (!r.ok) throw { say: a.say }; return a; });
    }, function (e) { hear(true); throw e; }).finally(function () { clearTimeout(late); });
  }
  function hear(nothing) {
    if (lost === nothing) return;
    lost = nothing;
    net();
  }
  function refuse(e) { tell(e.say || say.till_slow, true); }

  // Lines.
  function total() { return lines.reduce(function (n, l) { return n + l.p * l.q; }, 0); }
  function tenders() {
    var list = [], bad = false;
    document.querySelectorAll("[data-tender]").forEach(function (i) {
      if (!i.value.trim()) return;
      var n = read(i.value);
      if (isNaN(n)) bad = true; else if (n) list.push({ method: i.dataset.tender, given: n });
    });
    return { list: list, bad: bad, sum: list.reduce(function (n, t) { return n + t.given; }, 0) };
  }
  function sums() {
    var left = total() - tenders().sum;
    $("till-total").textContent = fen(total());
    $("till-left").textContent = fen(Math.abs(left));
    $("till-left-word").textContent = left < 0 ? say.till_change : $("till-left-word").dataset.left;
  }
  $("till-left-word").dataset.left = $("till-left-word").textContent;
  function cell(tr, word, cls) { var td = make("td", undefined, cls); td.dataset.word = word; return tr.appendChild(td); }
  function draw() {
    var body = $("till-lines"), heads = box.querySelectorAll(".till-lines th");
    function word(i) { return heads[i].textContent; }
    body.textContent = "";
    lines.forEach(function (l, i) {
      var tr = make("tr", undefined, i === at ? "at" : ""), g = goods[l.c] || { n: l.n, f: 0, p: l.p };
      var td = cell(tr, word(0));
      td.append(make("span", l.n), " ", make("small", l.c));
      td = cell(tr, word(1), "num");
      if (setup.price) td.append(field(fen(l.p), word(1), function (v) { var n = read(v); if (!isNaN(n)) l.p = n; }, "price"));
      else td.textContent = fen(l.p);
      if (l.p !== g.p) td.append(" ", make("small", say.till_price_off));
      td = cell(tr, word(2), "num");
      td.append(field(l.q, word(2), function (v) { var n = parseInt(v, 10); if (n > 0 && n < 1e6) l.q = n; }, "qty"));
      cell(tr, word(3), "num").textContent = fen(l.p * l.q);
      cell(tr, word(4), "num" + (l.q > g.f ? " warn" : "")).textContent = g.f;
      cell(tr, word(5), "act").append(button("×", function () { drop(i); }, "plain"));
      tr.lastChild.firstChild.setAttribute("aria-label", say.till_remove + " " + l.n);
      tr.addEventListener("click", function (e) { if (!/INPUT|BUTTON/.test(e.target.tagName)) { at = i; draw(); } });
      body.append(tr);
      if (i === at) tr.scrollIntoView({ block: "nearest" });
    });
    sums();
    save();
  }
  function field(value, label, set, cls) {
    var input = make("input", undefined, cls);
    input.value = value;
    input.inputMode = "decimal";
    input.setAttribute("aria-label", label);
    input.addEventListener("change", function () { set(input.value); draw(); focus(); });
    return input;
  }
  function focus() { $("till-scan").focus({ preventScroll: true }); }
  function drop(i) { lines.splice(i, 1); at = Math.min(at, lines.length - 1); draw(); focus(); }
  function add(code) {
    var times = /^(?:\*(\d{1,6})|(\d{1,6})\*)$/.exec(code);
    if (times && lines[at]) { lines[at].q = Math.max(1, Number(times[1] || times[2])); return draw(); }
    var g = goods[code.toUpperCase()];
    if (!g) return tell(say.till_unknown + code, true);
    at = lines.findIndex(function (l) { return l.c === g.c; });
    if (at < 0) { lines.push({ c: g.c, n: g.n, p: g.p, q: 0 }); at = lines.length - 1; }
    lines[at].q++;
    scan.sound("right");
    tell(g.n + " ×" + lines[at].q);
    draw();
  }
  scan.listen(function (s) { if (!document.querySelector("dialog[open]")) add(s.code); }, { quantity: true });

  // How the goods go, to whom.
  function mode(set) {
    var all = box.querySelectorAll("[name=mode]");
    if (set) all.forEach(function (r) { r.checked = r.value === set; });
    var now = box.querySelector("[name=mode]:checked").value;
    $("till-slot").hidden = now === "take";
    return now;
  }
  var person = $("till-person");
  function take(p) {
    who = p;
    $("till-who").hidden = !p;
    $("till-who").textContent = p ? [p.name, p.phone, p.place, p.doubt].filter(Boolean).join(" · ") : "";
    $("till-known").textContent = "";
    $("till-new").hidden = true;
    person.reset();
    save();
    if (p) focus();
  }
  // Without network a new customer is sealed here, to be read by the server alone.
  function takeDown() {
    var c = { name: person.elements.name.value.trim(), phone: person.phone.value.trim(), detail: person.address.value.trim() };
    if (!/^\+?[\d\s-]{7,20}$/.test(c.phone)) return tell(say.till_offline_customer, true);
    if ($("till-new").hidden || !c.name) {
      $("till-new").hidden = false;
      tell(say.till_new_offline);
      return person.elements.name.focus();
    }
    away.letter(setup, c).then(take, function () { tell(say.till_insecure, true); });
  }
  person.addEventListener("submit", function (e) {
    e.preventDefault();
    delete person.dataset.sent; // it is asked again and again
    ask("/store/customer", { phone: person.phone.value, name: $("till-new").hidden ? "" : person.name.value, address: person.address.value }).then(function (a) {
      if (a.made) return take(a.made);
      $("till-known").textContent = "";
      a.known.forEach(function (p) { $("till-known").append(button([p.name, p.phone, p.place].filter(Boolean).join(" · "), function () { take(p); })); });
      $("till-new").hidden = !a.whole;
      if (a.known.length) $("till-known").firstChild.focus();
      else if (a.whole) { tell(say.till_new_customer); person.elements.name.focus(); }
      else tell(say.till_none_yet, true);
    }).catch(function (e) { if (e.say) tell(e.say, true); else takeDown(); });
  });

  // A sale that is being rung up survives a reload.
  function save() { sessionStorage.setItem(draft, JSON.stringify(doc())); }
  function doc() { return { lines: lines, who: who, mode: mode(), on: box.querySelector("[name=on]").value, slot: box.querySelector("[name=slot]").value }; }
  function load(d) {
    lines = d.lines || [];
    at = lines.length - 1;
    mode(d.mode || "take");
    if (d.on) box.querySelector("[name=on]").value = d.on;
    box.querySelector("[name=slot]").value = d.slot || "";
    take(d.who || null);
    draw();
  }
  function clear() {
    document.querySelectorAll("[data-tender]").forEach(function (i) { i.value = ""; });
    load({});
    focus();
  }

  // The queue of finished sales.
  function number() { return "T" + clock(Date.now()).full.replace(/\D/g, "").slice(2) + scan.id().slice(0, 6); }
  // all gives the sales that the server has not booked, the oldest first.
  function all() {
    var found = [];
    for (var i = 0; i < localStorage.length; i++) {
      var key = localStorage.key(i), item = key.indexOf(kept) === 0 && JSON.parse(localStorage.getItem(key));
      if (item) found.push(item);
    }
    return found.sort(function (a, b) { return a.sale.sold_at - b.sale.sold_at; });
  }
  var trouble = "";
  function net() {
    var el = $("till-net"), waiting = all().filter(function (i) { return !i.bad; }), n = waiting.length, since = n ? waiting[0].sale.sold_at : 0;
    el.textContent = [lost && say.till_lost, n ? say.till_unsent + n + say.till_since + clock(since).short : !lost && say.till_sent, trouble, lost && learnt && say.till_stale + clock(learnt).short].filter(Boolean).join(" · ");
    el.className = "badge " + (n || lost ? "review" : "done");
    $("till-late").hidden = !n || n <= 20 && Date.now() - since < 60000;
    $("till-late").textContent = say.till_late.replace("%n", n).replace("%t", clock(since).short);
  }
  var queue = scan.queue("sale." + name, {
    url: "/store/sale",
    onresult: function (s, a, ok) {
      var item = JSON.parse(localStorage.getItem(kept + s.code) || "null");
      lost = false;
      if (ok) {
        localStorage.removeItem(kept + s.code);
        if (last && last.sale.key === s.code) last.booked = a.sale;
        if (a.why) tell(a.no + ": " + a.why, true);
      } else if (item) {
        item.bad = a.say || "?";
        store(kept + s.code, JSON.stringify(item));
        scan.sound("wrong");
      }
      unbooked();
    },
    onchange: function (q) {
      trouble = { signed_out: say.till_signed_out, full: say.till_full }[q.state] || "";
      if (q.state === "lost") lost = true;
      if (queue) unbooked();
    }
  });
  function send(item) { return queue.add({ id: scan.id(), seq: 0, code: item.sale.key, at: Date.now() }, { sale: JSON.stringify(item.sale) }); }
  // unbooked shows what waits and what was refused, with what a clerk can do about it.
  function unbooked() {
    var list = $("till-bad"), found = all();
    list.textContent = "";
    found.forEach(function (item) {
      var key = kept + item.sale.key, li = make("li", undefined, "lineup");
      li.append(make("b", item.sale.key, "mono"), make("span", "¥" + fen(item.sum)), make("span", clock(item.sale.sold_at).short), make("span", item.bad || say.till_waits, item.bad ? "warn" : "badge review"),
        button(say.slip_print, function () { paper(item); }));
      if (item.bad) li.append(button(say.till_retry, function () { delete item.bad; store(key, JSON.stringify(item)); send(item); unbooked(); }),
        button(say.till_mend, function () {
          if (lines.length) return tell(say.till_not_empty, true);
          localStorage.removeItem(key);
          load(item.draft);
          unbooked();
        }));
      list.append(li);
    });
    $("till-queue").hidden = !found.length;
    net();
  }
  // paper shows the receipt of a sale that the server has not booked, or cannot print now.
  function paper(item) {
    var s = item.sale;
    away.paper({ no: s.key, time: clock(s.sold_at).full, mark: localStorage.getItem(kept + s.key) && say.till_offline, total: fen(item.sum), change: s.change ? fen(s.change) : "",
      waits: s.mode === "take" ? "" : say.slip_waits, lines: item.draft.lines.map(function (l) { return [l.n, l.c, fen(l.p), l.q, fen(l.p * l.q)]; }),
      tenders: s.tenders.map(function (t) { return [setup.pays[t.method], fen(t.given)]; }) });
  }
  function receipt() {
    last = last || all().pop();
    if (!last) return tell(say.till_nothing, true);
    if (last.booked && !lost) open("/store/receipt/" + last.booked, "receipt");
    else paper(last);
  }

  function finish() {
    var t = tenders(), sum = total(), how = mode();
    if (!lines.length) return tell(say.till_empty, true);
    if (how !== "take" && (!who || how === "deliver" && !who.where)) { press("F4"); return tell(say.till_need_customer, true); }
    if (t.bad || t.sum < sum) { press("F2"); return tell(say.till_paid_less + fen(sum - t.sum), true); }
    var sale = { key: number(), shop: setup.shop, sold_at: Date.now(), mode: how, customer: who ? who.token : "", tenders: t.list, change: t.sum - sum,
      lines: lines.map(function (l) { return { code: l.c, qty: l.q, price: l.p }; }) };
    if (how !== "take") { sale.on = doc().on; sale.slot = doc().slot; }
    var item = { sale: sale, sum: sum, draft: doc() };
    // First it is kept, then it counts as done.
    if (!store(kept + sale.key, JSON.stringify(item)) || !send(item)) return tell(say.till_full, true);
    if (how === "take") lines.forEach(function (l) { if (goods[l.c]) goods[l.c].f -= l.q; });
    last = item;
    unbooked();
    clear();
    tell(say.till_done + "¥" + fen(sum) + (sale.change ? " · " + say.till_change + " ¥" + fen(sale.change) : ""));
    scan.sound("done");
  }
  function hold(label) {
    var d = doc(), form = { form_key: pending.hold = pending.hold || scan.id(), shop: setup.shop, label: label, document: JSON.stringify(d) };
    ask("/store/held", form).then(function () { delete pending.hold; $("till-hold").close(); clear(); tell(say.till_held); }).catch(refuse);
  }
  function recall() {
    if (lines.length) return tell(say.till_not_empty, true);
    ask("/store/held?shop=" + encodeURIComponent(setup.shop)).then(function (a) {
      if (!a.held.length) return tell(say.till_no_held);
      $("till-held").textContent = "";
      a.held.forEach(function (h) {
        var key = scan.id(); // asked again it gives the same, should the answer be lost
        $("till-held").append(button(h.at + " " + h.label, function () {
          ask("/store/held/" + h.id, { form_key: key }).then(function (b) { $("till-recall").close(); load(JSON.parse(b.document)); focus(); }).catch(refuse);
        }));
      });
      $("till-recall").showModal();
    }).catch(refuse);
  }

  var keys = {
    F2: function () { // the next tender; Enter in an empty one fills in what is left
      var all = Array.prototype.slice.call(document.querySelectorAll("[data-tender]"));
      var next = all[(all.indexOf(document.activeElement) + 1) % all.length];
      next.focus();
      next.select();
    },
    F3: function () {
      var all = Array.prototype.slice.call(box.querySelectorAll("[name=mode]"));
      all[(all.findIndex(function (r) { return r.checked; }) + 1) % all.length].checked = true;
      mode();
      save();
    },
    F4: function () { person.phone.focus(); },
    F6: function () { if (lines.length) $("till-hold").showModal(); else tell(say.till_empty, true); },
    F7: recall,
    F8: receipt,
    F9: finish,
    F10: function () { var i = box.querySelector("tr.at input.price"); if (i) { i.focus(); i.select(); } }
  };
  function press(f) { keys[f](); }
  box.addEventListener("click", function (e) { var b = e.target.closest("[data-f]"); if (b) press(b.dataset.f); if (e.target.closest("[data-print-slip]")) print(); if (e.target.closest("[data-close]")) e.target.closest("dialog").close(); });
  $("till-hold-form").addEventListener("submit", function (e) { e.preventDefault(); delete e.target.dataset.sent; hold(e.target.label.value); e.target.reset(); });
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || document.querySelector("dialog[open]")) return;
    var el = document.activeElement, empty = el === $("till-scan") && !el.value || el === document.body;
    if (keys[e.key]) { e.preventDefault(); return press(e.key); }
    if (e.key === "Escape" && el !== $("till-scan")) { e.preventDefault(); return focus(); }
    if (e.key === "Enter" && el.dataset.tender) {
      var left = total() - tenders().sum;
      if (!el.value.trim() && left > 0) el.value = fen(left);
      e.preventDefault();
      return sums();
    }
    if (!empty || !lines[at]) return;
    if (e.key === "ArrowUp") lines[at].q++;
    else if (e.key === "ArrowDown") lines[at].q = Math.max(1, lines[at].q - 1);
    else if (e.key === "PageUp") at = Math.max(0, at - 1);
    else if (e.key === "PageDown") at = Math.min(lines.length - 1, at + 1);
    else if (e.key === "Delete") return drop(at);
    else return;
    e.preventDefault();
    draw();
  });
  box.addEventListener("input", function (e) { if (e.target.dataset.tender) sums(); });
  box.addEventListener("change", function (e) {
    if (e.target.name === "mode" || e.target.name === "on" || e.target.name === "slot") { mode(); save(); }
    if (e.target.dataset.goShop !== undefined) e.target.form.submit();
  });

  // The page that was kept is of another day than today's.
  var on = box.querySelector("[name=on]"), today = clock(Date.now() + setup.ahead).day;
  if (setup.kept && on.value < today) on.value = on.defaultValue = on.min = today;
  load(JSON.parse(sessionStorage.getItem(draft) || "{}"));
  if (setup.kept) {
    lost = true;
    tell(say.till_kept);
  }
  unbooked();
  learnAll();
  setInterval(learnAll, 300000);
  setInterval(net, 5000);
  addEventListener("online", learnAll);
  addEventListener("offline", function () { hear(true); });
  addEventListener("storage", unbooked);
  away.stay(function () { trouble = say.till_insecure; net(); });
  focus();
})();
