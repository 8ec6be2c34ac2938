// Open calls, on every page: asks again and again, sounds while one must be heard, says so where the page does not list them,
// and shows the page anew when one comes, goes on or ends. Says it too when nothing can be heard or asked.
(() => {
  const self = document.currentScript;
  if (!self) return;
  const shown = self.dataset.shown; // as the page was made; none where it lists no calls
  const lists = shown !== undefined;
  const ASKED = "anlan.calls.asked";
  const EVERY = lists ? 10000 : 15000;
  let sound = null;
  let failed = 0;
  // While an answer given on this page is on its way, a reload would cut it off and lose what it says.
  let sending = 0;
  window.addEventListener("submit", () => {
    sending = Date.now();
  });

  const say = (kind, parts) => {
    let line = document.getElementById(`calls-${kind}`);
    if (!parts) {
      if (line) line.remove();
      return;
    }
    if (!line) {
      line = document.createElement("div");
      line.id = `calls-${kind}`;
      line.className = "notice notice-bad";
      line.setAttribute("role", "alert");
      const place = document.querySelector(".al-content") || document.querySelector("main");
      if (!place) return;
      place.prepend(line);
    }
    const text = document.createElement("p");
    text.append(...parts);
    if (line.textContent !== text.textContent) line.replaceChildren(text);
  };
  const link = (words, address) => {
    const made = document.createElement("a");
    made.href = address;
    made.textContent = words;
    return made;
  };

  const beep = async () => {
    try {
      sound = sound || new AudioContext();
      await Promise.race([sound.resume(), new Promise((done) => setTimeout(done, 300))]);
      if (sound.state !== "running") {
        // The browser lets a page sound only after somebody has pressed something.
        say("mute", ["浏览器还不允许发出提示音，请在页面上点一下。"]);
        return;
      }
      say("mute", null);
      document.documentElement.dataset.rang = "call";
      for (const [start, pitch] of [[0, 880], [0.35, 660], [0.7, 880]]) {
        const tone = sound.createOscillator();
        const level = sound.createGain();
        tone.frequency.value = pitch;
        level.gain.value = 0.15;
        tone.connect(level).connect(sound.destination);
        tone.start(sound.currentTime + start);
        tone.stop(sound.currentTime + start + 0.25);
      }
    } catch (error) {
      sound = null; // no sound device
    }
  };

  const lost = (words, ...more) => say("lost", [words, ...more]);
  const told = (found) => {
    const calls = found.calls || [];
    if (found.sound) void beep();
    else say("mute", null);
    if (!lists) {
      say("open", calls.length ? [`有${calls.length}件叫应等待您答复：${calls[0].title} `, link("去答复", "/my-calls")] : null);
      return;
    }
    const now = calls.map((call) => `${call.id}:${call.state}:${call.step}`).join(" ");
    if (now === shown.trim()) return;
    const typing = document.activeElement && /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
    if (Date.now() - sending < EVERY) return;
    if (typing) say("changed", ["叫应情况有变化。", link("刷新", window.location.pathname)]);
    else window.location.reload();
  };
  const ask = async () => {
    if (!lists && !mine()) return;
    try {
      // A page that lists calls is a desk and stays logged in; any other one is left idle when nobody uses it.
      const headers = lists ? {} : { "Anlan-Background": "1" };
      const answer = await fetch(self.dataset.calls, { credentials: "same-origin", headers });
      if (answer.status === 401) {
        lost("登录已过期，叫应不再更新。", link("重新登录", "/login"));
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      failed = 0;
      say("lost", null);
      told(await answer.json());
    } catch (error) {
      failed += 1; // the network may be gone for a moment
      if (failed >= 3) lost("连接中断，叫应情况可能不是最新。请检查网络，必要时电话联系值班室。");
    }
  };
  // Of several open pages that list no calls one asks and sounds.
  const own = String(Math.random());
  const mine = () => {
    try {
      const [who, at] = (localStorage.getItem(ASKED) || "").split(" ");
      if (who && who !== own && Date.now() - Number(at) < 2 * EVERY) return false;
      localStorage.setItem(ASKED, `${own} ${Date.now()}`);
    } catch (error) {
      return true; // no storage: every page for itself
    }
    return true;
  };
  window.addEventListener("pagehide", () => {
    try {
      if ((localStorage.getItem(ASKED) || "").startsWith(`${own} `)) localStorage.removeItem(ASKED);
    } catch (error) {
      // no storage: nothing was kept
    }
  });
  if (self.dataset.loud) void beep();
  if (!lists) void ask();
  setInterval(ask, EVERY);
})();
