// The tone of an alarm, made here: no file is loaded. A browser lets a page sound only after somebody has pressed something.

const KEPT = "anlan.board.sound";
const PATTERN: Record<string, [at: number, pitch: number][]> = {
  critical: [[0, 988], [0.22, 740], [0.44, 988], [0.66, 740], [0.88, 988]],
  urgent: [[0, 880], [0.3, 660]],
  routine: [[0, 660]],
};

export class Sound {
  private context: AudioContext | null = null;
  private readonly on: HTMLButtonElement;
  private readonly off: HTMLButtonElement;
  private wanted = localStorage.getItem(KEPT) === "on";

  constructor(box: HTMLElement) {
    box.hidden = false;
    this.on = box.querySelector("[data-sound=on]")!;
    this.off = box.querySelector("[data-sound=off]")!;
    this.on.addEventListener("click", () => void this.set(true));
    this.off.addEventListener("click", () => void this.set(false));
    box.querySelector("[data-sound=try]")!.addEventListener("click", () => void this.wake().then(() => this.ring("urgent", true)));
    if (this.wanted) void this.wake();
    this.show();
  }

  /** Whether a tone would be heard now. */
  get ready(): boolean {
    return this.wanted && this.context?.state === "running";
  }

  ring(severity: string, always = false): void {
    const context = this.context;
    if (!context || context.state !== "running" || !(this.wanted || always)) return;
    document.documentElement.dataset.rang = severity;
    for (const [at, pitch] of PATTERN[severity] ?? PATTERN.routine!) {
      const tone = context.createOscillator();
      const level = context.createGain();
      const start = context.currentTime + at;
      tone.type = "triangle";
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, start);
      level.gain.exponentialRampToValueAtTime(0.35, start + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
      tone.connect(level).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.21);
    }
  }

  private async set(wanted: boolean): Promise<void> {
    this.wanted = wanted;
    localStorage.setItem(KEPT, wanted ? "on" : "off");
    if (wanted) {
      await this.wake();
      this.ring("routine");
    }
    this.show();
  }

  private async wake(): Promise<void> {
    this.context ??= new AudioContext();
    this.context.onstatechange = () => this.show();
    // Without a press before, this promise stays open: the button says so and a press ends it.
    await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 300))]);
    this.show();
  }

  private show(): void {
    this.on.hidden = this.ready;
    this.off.hidden = !this.ready;
    this.on.textContent = this.wanted ? "点此恢复报警声" : "开启报警声";
    this.on.classList.toggle("btn-danger", this.wanted && !this.ready);
  }
}
