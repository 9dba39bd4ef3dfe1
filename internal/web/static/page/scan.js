// A barcode scanner acts as a keyboard. This file tells its keys from a person's, never
// loses a scan and never counts one twice.
//
//   stop = baihuo.scan.listen(function (scan) {...}, { quantity: false })
//       scan = { id, seq, code, at, typed }: id is 26 letters and fits a form's key, at is
//       in milliseconds, typed says that a person wrote it into an input with data-scan
//       and pressed Enter. The same code within 300 ms is one scan (a bounce), unless
//       quantity is true or the body bears data-quantity="on". While somebody listens the
//       body bears data-scanner="on", which switches the single-letter keys off.
//   q = baihuo.scan.queue(name, { url, onresult, onchange })
//       q.add(scan, { field: value }) keeps the scan in this browser until the server has
//       answered, over reloads and without network, and sends one after the other in the
//       order of scanning: a form of form_key (the scan's id, so that sending twice is one
//       effect), code, at and the fields, with the head Scan-Late: how many ms it waited.
//       onresult(scan, answer, ok) hears the server's JSON; ok is false for a refusal, which
//       is final. onchange({ unsent, oldest, state }) hears of the queue: oldest in ms, state
//       "" | "sending" | "lost" | "signed_out" | "full" (the browser cannot keep more: stop
//       scanning). q.unsent(), q.flush(). Put the person's id into the name where scans must
//       not be sent by the next one who signs in, and nothing personal into fields.
//   baihuo.scan.sound("right" | "done" | "wrong" | "stop")
//       plays it, shakes a handheld, and sets data-heard on the body for its visual twin.
//   baihuo.scan.id()   a new id
(function () {
  "use strict";
  var baihuo = window.baihuo = window.baihuo || {};
  // Milliseconds between keys: wired scanners send one in 10 or less, wireless ones and a
  // busy machine in up to 20; who types needs 60 on average, though two keys may come at once.
  var MEAN = 20, GAP = 50;
  var LEAST = 3; // keys of a code
  var BOUNCE = 300;
  var PLAIN = { Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:", Quote: "'\"",
    Comma: ",<", Period: ".>", Slash: "/?", Backquote: "`~", Space: "  ", NumpadDecimal: "..", NumpadSubtract: "--",
    NumpadAdd: "++", NumpadDivide: "//", NumpadMultiply: "**", IntlBackslash: "\\|" };
  var SHIFTED = ")!@#$%^&*(";
  var seq = 0;

  function id() {
    var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", out = "";
    crypto.getRandomValues(new Uint8Array(26)).forEach(function (b) { out += letters[b & 31]; });
    return out;
  }

  // letter gives what a key writes on a US keyboard, by its place: an input method that is
  // switched on reports the key as "Process" and would change the text.
  function letter(e) {
    var c = e.code, up = e.shiftKey;
    if (/^Key[A-Z]$/.test(c)) return up !== e.getModifierState("CapsLock") ? c[3] : c[3].toLowerCase();
    if (/^Digit\d$/.test(c)) return up ? SHIFTED[c[5]] : c[5];
    if (/^Numpad\d$/.test(c)) return c[6];
    if (PLAIN[c]) return PLAIN[c][up ? 1 : 0];
    return !c && e.key && e.key.length === 1 ? e.key : "";
  }

  function writes(el) { return el && /^(INPUT|TEXTAREA)$/.test(el.tagName) && !/^(checkbox|radio|button|submit|file)$/.test(el.type); }

  function listen(fn, options) {
    options = options || {};
    var text = "", began = 0, last = 0, field = null, before = "";
    var heard = {}; // when each code was heard last

    function forget() { text = ""; field = null; }
    // What the keys of a scan left in a field is taken out again, also what an input method
    // still composes there.
    function restore(el, value) {
      if (!writes(el)) return;
      el.value = value;
      var again = function () { el.removeEventListener("compositionend", again); el.value = value; };
      el.addEventListener("compositionend", again);
      if (document.activeElement === el) { el.blur(); el.focus({ preventScroll: true }); }
      el.value = value;
      setTimeout(function () { el.removeEventListener("compositionend", again); }, 50);
    }
    function hear(code, at, typed) {
      code = code.trim().replace(/^~/, "");
      if (!code) return;
      var quantity = options.quantity || document.body.dataset.quantity === "on";
      var bounced = !typed && !quantity && heard[code] && at - heard[code] < BOUNCE;
      heard[code] = at;
      if (!bounced) fn({ id: id(), seq: ++seq, code: code, at: Math.round(at), typed: !!typed });
    }
    function key(e) {
      if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing && !e.code) return;
      var now = e.timeStamp, wall = performance.timeOrigin + now;
      if (e.code === "F13") { forget(); e.preventDefault(); return; }
      if (/^(Shift|CapsLock|Control)/.test(e.code)) return;
      var fast = text && now - last <= GAP;
      if (e.code === "Enter" || e.code === "NumpadEnter" || e.code === "Tab" || e.key === "Enter") {
        if (fast && text.length >= LEAST && (last - began) / (text.length - 1) <= MEAN) {
          e.preventDefault();
          e.stopImmediatePropagation();
          var code = text;
          restore(field, before);
          forget();
          hear(code, wall);
        } else {
          forget();
          if (e.code !== "Tab" && !e.isComposing && writes(e.target) && e.target.hasAttribute("data-scan")) {
            e.preventDefault();
            e.stopImmediatePropagation();
            var typed = e.target.value;
            e.target.value = "";
            hear(typed, wall, true);
          }
        }
        return;
      }
      var c = letter(e);
      if (!c) return forget();
      if (!fast) {
        text = ""; began = now;
        field = writes(document.activeElement) ? document.activeElement : null;
        before = field ? field.value : "";
      }
      text += c;
      last = now;
      // A scanner's keys act on nothing else. In a field they may be a person's quick ones:
      // those stay, and a scan's are taken out at its end.
      if (fast && !field && now - began <= MEAN * (text.length - 1)) {
        e.preventDefault();
        e.stopImmediatePropagation();
      }
    }
    document.addEventListener("keydown", key, true);
    document.body.dataset.scanner = "on";
    return function () {
      document.removeEventListener("keydown", key, true);
      delete document.body.dataset.scanner;
    };
  }

  function queue(name, options) {
    var prefix = "baihuo.scan." + name + ".", busy = false, wait = 0, timer = 0, state = "";

    function keys() {
      var all = [];
      for (var i = 0; i < localStorage.length; i++) if (localStorage.key(i).indexOf(prefix) === 0) all.push(localStorage.key(i));
      return all.sort();
    }
    function tell(next) {
      if (next !== undefined) state = next;
      var all = keys();
      if (options.onchange) options.onchange({ unsent: all.length, oldest: all.length ? Date.now() - Number(all[0].slice(prefix.length).split(".")[0]) : 0, state: state });
    }
    function add(scan, fields) {
      var key = prefix + String(scan.at).padStart(15, "0") + "." + String(scan.seq).padStart(6, "0") + "." + scan.id;
      try { localStorage.setItem(key, JSON.stringify({ scan: scan, fields: fields || {} })); } catch (e) { tell("full"); return false; }
      tell();
      flush();
      return true;
    }
    // later tries again, the longer the more often it failed.
    function later(why) {
      wait = Math.min(wait ? wait * 2 : 1000, 15000);
      clearTimeout(timer);
      timer = setTimeout(flush, wait);
      tell(why);
    }
    function flush() {
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      // Two windows of one browser share the queue; one of them sends.
      var turn = navigator.locks ? navigator.locks.request(prefix, one) : one();
      turn.then(function (more) { busy = false; if (more) flush(); }, function () { busy = false; later("lost"); });
    }
    // one sends the first of the queue and says whether to go on.
    function one() {
      var key = keys()[0];
      if (!key) { tell(""); return Promise.resolve(false); }
      var item = JSON.parse(localStorage.getItem(key));
      if (!item) return Promise.resolve(true); // another window has just sent it
      var form = new URLSearchParams({ form_key: item.scan.id, code: item.scan.code, at: item.scan.at });
      Object.keys(item.fields).forEach(function (f) { form.set(f, item.fields[f]); });
      var stop = new AbortController(), late = setTimeout(function () { stop.abort(); }, 10000);
      tell("sending");
      return fetch(options.url, { method: "POST", body: form, headers: { Accept: "application/json", "Scan-Late": String(Math.max(0, Date.now() - item.scan.at)) }, redirect: "error", signal: stop.signal })
        .then(function (r) {
          if (r.status === 401) { later("signed_out"); return false; }
          if (r.status >= 500 || r.status === 408 || r.status === 429) { later("lost"); return false; }
          return r.json().catch(function () { return {}; }).then(function (answer) {
            localStorage.removeItem(key);
            wait = 0;
            tell(keys().length ? "sending" : "");
            if (options.onresult) options.onresult(item.scan, answer, r.ok);
            return true;
          });
        }, function () { later("lost"); return false; })
        .finally(function () { clearTimeout(late); });
    }
    addEventListener("online", function () { wait = 0; flush(); });
    setInterval(function () { if (keys().length) tell(); }, 5000); // the oldest grows older
    addEventListener("storage", function (e) { if (e.key && e.key.indexOf(prefix) === 0) tell(); });
    setTimeout(flush);
    return { add: add, flush: flush, unsent: function () { return keys().length; } };
  }

  var audio;
  // beeps play one after the other: [hertz, from, to] in seconds.
  var BEEPS = { right: [[880, 0, 0.08]], done: [[880, 0, 0.09], [1320, 0.11, 0.24]], wrong: [[200, 0, 0.3], [200, 0.4, 0.7]],
    stop: [[600, 0, 0.25], [900, 0.25, 0.5], [600, 0.5, 0.75], [900, 0.75, 1], [600, 1, 1.25], [900, 1.25, 1.5]] };
  var SHAKES = { right: 50, done: [50, 50, 50], wrong: 200, stop: 600 };
  var silence = 0;
  function sound(kind) {
    document.body.dataset.heard = kind;
    clearTimeout(silence);
    silence = setTimeout(function () { delete document.body.dataset.heard; }, kind === "stop" ? 1500 : 600);
    if (navigator.vibrate) navigator.vibrate(SHAKES[kind] || 50);
    var Audio = window.AudioContext || window.webkitAudioContext;
    if (!Audio) return;
    audio = audio || new Audio();
    audio.resume();
    (BEEPS[kind] || BEEPS.right).forEach(function (b) {
      var tone = audio.createOscillator(), loud = audio.createGain();
      tone.type = kind === "wrong" || kind === "stop" ? "square" : "sine";
      tone.frequency.value = b[0];
      loud.gain.value = 0.2;
      tone.connect(loud).connect(audio.destination);
      tone.start(audio.currentTime + b[1]);
      tone.stop(audio.currentTime + b[2]);
    });
  }

  baihuo.scan = { listen: listen, queue: queue, sound: sound, id: id };
})();
