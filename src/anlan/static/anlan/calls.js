// Open calls: asks every ten seconds, sounds while one must be heard, and shows the page anew when their number changes.
(() => {
  const self = document.currentScript;
  if (!self) return;
  const shown = Number(self.dataset.count);
  let sound = null;
  const beep = () => {
    try {
      sound = sound || new AudioContext();
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
      sound = null; // no sound device, or the browser waits for a first click
    }
  };
  const ask = async () => {
    try {
      const answer = await fetch(self.dataset.calls, { credentials: "same-origin" });
      if (!answer.ok) return;
      const found = await answer.json();
      if (found.sound) beep();
      const typing = document.activeElement && /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
      if (found.calls.length !== shown && !typing) window.location.reload();
    } catch (error) {
      // the network is gone for a moment: asked again in ten seconds
    }
  };
  if (self.dataset.loud) beep();
  setInterval(ask, 10000);
})();
