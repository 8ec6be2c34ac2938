// The pages of a device and of an alarm: curve, open alarms of the device, and a word when what is shown has changed.
import { Curve } from "./curve";
import { countUp } from "./elapsed";
import { follow } from "./live";
import { Rows } from "./rows";

const plot = document.getElementById("curve");
const curve = plot ? new Curve(plot) : null;
const board = document.getElementById("board");
const alarm = document.getElementById("alarm")?.dataset.alarm;
const rows = board ? new Rows(board, () => undefined) : null;
if (board) countUp(board);

/** The page shows a state that is over: say so, and let the person finish what is being typed. */
function stale(): void {
  if (document.getElementById("stale")) return;
  const note = document.createElement("div");
  note.id = "stale";
  note.className = "notice notice-warn";
  note.setAttribute("role", "status");
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "刷新本页";
  const text = document.createElement("p");
  text.append("这条报警有了新的进展。", link);
  note.append(text);
  document.querySelector(".al-content")!.prepend(note);
}

follow({
  happened(event) {
    if (event.topic === "alarms" && board?.dataset.device && event.device === board.dataset.device) rows?.refresh(event.id);
    else if (event.topic === "alarms" && rows?.has(event.id)) rows.refresh(event.id);
    if (alarm && (event.id === alarm || event.matter === `sensing.alarm/${alarm}`)) stale();
    if (event.topic === "alarms") curve?.refresh();
  },
  reload() {
    if (alarm) stale();
    for (const row of rows?.all() ?? []) rows!.refresh(row.dataset.alarm!);
  },
});
