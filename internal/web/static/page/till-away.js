// What the till does where there is no network.
//
//   baihuo.away.stay(miss)           has the worker keep this page; miss is called where the
//                                    browser has no workers (a page without https)
//   baihuo.away.letter(setup, who)   seals { name, phone, detail } so that the server alone can
//                                    read it, and gives what the till knows a customer by: the
//                                    sealed text and masks. It fails where the page is no https.
//   baihuo.away.paper(slip)          fills the receipt on the page: { no, time, mark, total, change,
//                                    waits, lines: [[name, code, price, qty, due]], tenders: [[method, given]] }
(function () {
  "use strict";
  var baihuo = window.baihuo = window.baihuo || {};

  function stay(miss) {
    var sw = navigator.serviceWorker;
    if (!sw) return miss();
    function keep() { sw.ready.then(function (r) { if (r.active) r.active.postMessage({ keep: location.pathname + location.search }); }); }
    sw.addEventListener("controllerchange", keep);
    sw.register("/store/worker.js", { scope: "/store/" }).then(keep, function () {}); // cut off, the worker of last time serves
  }

  function bytes(text) { return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), function (c) { return c.charCodeAt(0); }); }
  function text(bytes) { return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, ""); }
  function joined() {
    var all = Array.prototype.map.call(arguments, function (a) { return new Uint8Array(a); });
    var out = new Uint8Array(all.reduce(function (n, a) { return n + a.length; }, 0)), at = 0;
    all.forEach(function (a) { out.set(a, at); at += a.length; });
    return out;
  }

  // letter is the browser's side of internal/seal/letter.go.
  function letter(setup, who) {
    var subtle = crypto.subtle, curve = { name: "ECDH", namedCurve: "P-256" };
    if (!subtle) return Promise.reject(new Error("no https"));
    var slot = bytes(setup.slot), iv = crypto.getRandomValues(new Uint8Array(12)), utf8 = new TextEncoder(), own, point;
    return subtle.generateKey(curve, false, ["deriveBits"]).then(function (pair) {
      own = pair;
      return Promise.all([subtle.exportKey("raw", own.publicKey), subtle.importKey("raw", slot.slice(2), curve, false, [])]);
    }).then(function (both) {
      point = both[0];
      return subtle.deriveBits({ name: "ECDH", public: both[1] }, own.privateKey, 256);
    }).then(function (secret) {
      return subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    }).then(function (key) {
      return subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: point, info: utf8.encode(setup.purpose) }, key, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    }).then(function (key) {
      return subtle.encrypt({ name: "AES-GCM", iv: iv }, key, utf8.encode(JSON.stringify(who)));
    }).then(function (sealed) {
      return { token: "~" + text(joined(slot.slice(0, 2), point, iv, sealed)), name: maskName(who.name), phone: maskPhone(who.phone), place: "", where: !!who.detail };
    });
  }
  function maskName(name) {
    var all = Array.from(name.trim());
    if (/^[\x20-\x7e]*$/.test(name)) return all[0] + "***";
    return all.length < 3 ? all[0] + "*" : all[0] + "*" + all[all.length - 1];
  }
  function maskPhone(phone) {
    var digits = phone.replace(/\D/g, "");
    return (/^1\d{10}$/.test(digits) ? digits.slice(0, 3) : "") + "****" + digits.slice(-4);
  }

  function paper(slip) {
    var box = document.getElementById("till-slip");
    function set(name, value) {
      var el = box.querySelector("[data-s=" + name + "]"), frame = el.closest("[data-when]");
      el.textContent = value || "";
      if (frame) frame.hidden = !value;
    }
    // Of the rows the first is the pattern.
    function rows(name, list) {
      var all = box.querySelectorAll("[data-row=" + name + "]"), first = all[0], last = first;
      for (var i = 1; i < all.length; i++) all[i].remove();
      first.hidden = !list.length;
      list.forEach(function (values, i) {
        var row = i ? first.cloneNode(true) : first;
        row.querySelectorAll("[data-c]").forEach(function (el, n) { el.textContent = values[n]; });
        if (i) last.after(row);
        last = row;
      });
    }
    ["no", "time", "mark", "total", "change", "waits"].forEach(function (name) { set(name, slip[name]); });
    rows("line", slip.lines);
    rows("tender", slip.tenders);
    box.closest("dialog").showModal();
  }

  baihuo.away = { stay: stay, letter: letter, paper: paper };
})();
