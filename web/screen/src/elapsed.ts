/** How long something has lasted, as a duty officer says it: 42秒, 12分05秒, 3小时07分, 2天4小时. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  if (seconds < 60) return `${seconds}秒`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}分${two(seconds % 60)}秒`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}小时${two(minutes % 60)}分`;
  return `${Math.floor(hours / 24)}天${hours % 24}小时`;
}

/** Let every `[data-since]` under `root` count. */
export function countUp(root: HTMLElement): void {
  const tick = () => {
    for (const each of root.querySelectorAll<HTMLElement>("[data-since]")) {
      each.textContent = elapsed(Date.now() - Date.parse(each.dataset.since!));
    }
  };
  tick();
  window.setInterval(tick, 1000);
}
