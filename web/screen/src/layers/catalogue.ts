// Layers as the server declares them (platform/maps.py): data, never drawing.

export interface MarkState {
  id: string;
  label: string;
  tone: string;
}

export interface LayerInfo {
  id: string;
  label: string;
  states: MarkState[];
  topics: string[];
  symbol: string;
  shown: boolean;
}

export interface MarkProperties {
  title: string;
  state: string;
  url: string;
  lines: string[];
  region: string;
}

export interface MarkFeature {
  type: "Feature";
  id: string;
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: MarkProperties;
}

export interface Base {
  county: object;
  towns: object;
  notices: string[];
}

async function json<T>(path: string): Promise<T> {
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

export const layerList = () => json<LayerInfo[]>("/api/v1/map/layers");
export const baseMap = () => json<Base>("/api/v1/map/base").catch(() => null);
export const layerMarks = (id: string) =>
  json<{ features: MarkFeature[] }>(`/api/v1/map/layers/${encodeURIComponent(id)}`).then((found) => found.features);

/** The worst of some states, by the layer's order; states it does not know count last. */
export function worst(states: MarkState[], held: Iterable<string>): MarkState | undefined {
  const ids = new Set(held);
  return states.find((state) => ids.has(state.id));
}

/** How many marks there are of each state, in the layer's order, states without any left out. */
export function tally(states: MarkState[], features: MarkFeature[]): [MarkState, number][] {
  const counted = new Map<string, number>();
  for (const { properties } of features) counted.set(properties.state, (counted.get(properties.state) ?? 0) + 1);
  return states.filter((s) => counted.has(s.id)).map((s) => [s, counted.get(s.id)!]);
}
