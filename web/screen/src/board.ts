// 报警看板: open alarms, worst and newest first, with sound.
import { countUp } from "./elapsed";
import { follow } from "./live";
import { Rows } from "./rows";
import { Sound } from "./sound";

const RING_AGAIN_MS = 10_000;
const REFRESH_MS = 120_000; // also the use that keeps a duty officer's session open

const board = document.getElementById("board")!;
const sound = new Sound(document.getElementById("sound")!);
const rows = new Rows(board, (fresh) => {
  for (const row of fresh) row.classList.add("alarm-new");
  count();
});

function count(): void {
  const all = rows.all();
  const waiting = all.filter((row) => row.dataset.state === "triggered");
  const waits = document.querySelector<HTMLElement>("[data-waiting]")!;
  waits.textContent = String(waiting.length);
  waits.dataset.waiting = String(waiting.length);
  document.querySelector("[data-total]")!.textContent = String(all.length);
  document.title = `${waiting.length ? `（${waiting.length}）` : ""}报警看板 - 安澜`;
}

follow({
  happened(event) {
    if (event.topic === "alarms") {
      if (event.kind === "sensing.alarm.triggered" && !event.drill && !event.superseded) sound.ring(event.severity ?? "routine");
      rows.refresh(event.id);
    } else if (event.topic === "calls" && event.matter?.startsWith("sensing.alarm/")) {
      rows.refresh(event.matter.slice("sensing.alarm/".length));
    }
  },
  reload: () => rows.refreshAll(),
});
countUp(board);
count();
window.setInterval(() => {
  const waiting = rows.all().filter((row) => row.dataset.state === "triggered");
  if (waiting.some((row) => row.dataset.severity === "critical")) sound.ring("critical");
}, RING_AGAIN_MS);
window.setInterval(() => rows.refreshAll(), REFRESH_MS);
