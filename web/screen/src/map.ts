// A map: the county's outline from the server, and on it the layers that this person may see, or those the page names.
import { MapView, type Pointed } from "./layers/apply";
import { type LayerInfo, baseMap, layerList, layerMarks, tally } from "./layers/catalogue";
import { follow, gathered } from "./live";

const box = document.getElementById("map")!;
const tip = document.getElementById("map-tip")!;
const key = document.getElementById("map-key")!;
const named = (box.dataset.layers ?? "").split(" ").filter(Boolean);

function show(pointed: Pointed | null, pressed = false): void {
  tip.hidden = pointed === null;
  if (!pointed) return;
  tip.style.pointerEvents = pressed ? "auto" : "none";
  const lines = pointed.marks.map((mark) => {
    const title = document.createElement(pressed ? "a" : "strong");
    title.textContent = mark.title;
    if (title instanceof HTMLAnchorElement) title.href = mark.url;
    const told = document.createElement("span");
    told.textContent = mark.lines.join("，");
    const item = document.createElement("div");
    item.append(title, told);
    return item;
  });
  if (pointed.more) {
    const more = document.createElement("span");
    more.textContent = `还有 ${pointed.more} 处，点击放大`;
    lines.push(more as HTMLDivElement);
  }
  tip.replaceChildren(...lines);
  const frame = box.getBoundingClientRect();
  tip.style.left = `${Math.min(pointed.pixel[0] + 12, frame.width - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(pointed.pixel[1] + 12, frame.height - tip.offsetHeight - 8)}px`;
}

class Layers {
  private readonly parts = new Map<string, HTMLUListElement>();

  constructor(private readonly view: MapView, private readonly layers: LayerInfo[]) {
    for (const layer of layers) this.addKey(layer);
    key.hidden = layers.length === 0;
  }

  private addKey(layer: LayerInfo): void {
    const label = document.createElement("label");
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = layer.shown;
    tick.addEventListener("change", () => this.view.show(layer.id, tick.checked));
    label.append(tick, layer.label);
    const list = document.createElement("ul");
    this.parts.set(layer.id, list);
    key.append(label, list);
  }

  async read(topic?: string): Promise<void> {
    const wanted = this.layers.filter((layer) => !topic || layer.topics.includes(topic));
    await Promise.all(
      wanted.map(async (layer) => {
        const marks = await layerMarks(layer.id);
        this.view.apply(layer, marks);
        const lines = tally(layer.states, marks).map(([state, count]) => {
          const line = document.createElement("li");
          const dot = document.createElement("i");
          dot.className = `tone-${state.tone}`;
          const number = document.createElement("b");
          number.textContent = String(count);
          line.append(dot, state.label, number);
          return line;
        });
        this.parts.get(layer.id)!.replaceChildren(...lines);
      }),
    );
  }
}

async function start(): Promise<void> {
  const [base, all] = await Promise.all([baseMap(), layerList()]);
  const declared = named.length ? all.filter((layer) => named.includes(layer.id)).map((layer) => ({ ...layer, shown: true })) : all;
  box.replaceChildren();
  const view = new MapView(box, base);
  document.getElementById("map-notices")!.textContent = base
    ? ["虚线为推算边界。", ...base.notices].join("")
    : "本县没有随系统安装的底图，只显示位置。";
  const layers = new Layers(view, declared);
  await layers.read();
  const asked = new URLSearchParams(location.search).get("device");
  if (asked) view.focus(asked);
  view.onPoint((pointed) => show(pointed));
  view.onPress(
    (mark) => location.assign(mark.url),
    (pointed) => show(pointed, true),
  );
  const stale = new Set<string>();
  const soon = gathered(() => {
    const topics = [...stale];
    stale.clear();
    for (const topic of topics) void layers.read(topic || undefined).catch(() => undefined);
  }, 800);
  follow({
    happened: (event) => (stale.add(event.topic), soon()),
    reload: () => (stale.add(""), soon()),
  });
  // For tests and for support: where a device is drawn.
  Object.assign(box, { pixelOf: (id: string) => view.pixelOf(id) });
  box.dataset.ready = "1";
}

start().catch(() => {
  box.textContent = "地图没有载入，请刷新页面；下面的列表仍然可用。";
});
