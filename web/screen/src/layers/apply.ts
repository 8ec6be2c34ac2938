// The only place that touches the map object: what the layers say is put on it here.
import OlMap from "ol/Map";
import View from "ol/View";
import ScaleLine from "ol/control/ScaleLine";
import Zoom from "ol/control/Zoom";
import { boundingExtent } from "ol/extent";
import Feature, { type FeatureLike } from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import Cluster from "ol/source/Cluster";
import VectorSource from "ol/source/Vector";
import { type Base, type LayerInfo, type MarkFeature, type MarkProperties, worst } from "./catalogue";
import { COUNTY, clusterStyle, markStyle, townStyle } from "./symbols";

const APART_PX = 34;
const CLOSEST = 17;

export interface Pointed {
  /** What lies under the pointer, at most a few; `more`: how many beside them. */
  marks: MarkProperties[];
  more: number;
  pixel: [number, number];
}

export class MapView {
  private readonly map: OlMap;
  private readonly sources = new Map<string, VectorSource>();
  private readonly drawn = new Map<string, VectorLayer>();

  constructor(private readonly target: HTMLElement, base: Base | null) {
    const read = new GeoJSON({ featureProjection: "EPSG:3857" });
    const county = new VectorSource({ features: base ? (read.readFeatures(base.county) as Feature[]) : [] });
    const towns = new VectorSource({ features: base ? (read.readFeatures(base.towns) as Feature[]) : [] });
    this.map = new OlMap({
      target,
      layers: [
        new VectorLayer({ source: county, style: COUNTY }),
        new VectorLayer({ source: towns, style: (f) => townStyle(f.get("name") as string), declutter: true }),
      ],
      view: new View({ center: fromLonLat([121.26, 28.65]), zoom: 10, maxZoom: 18 }),
      controls: [new Zoom({ zoomInTipLabel: "放大", zoomOutTipLabel: "缩小" }), new ScaleLine()],
    });
    if (base) this.map.getView().fit(county.getExtent()!, { padding: [14, 14, 14, 14] });
  }

  /** Add a layer, or put its marks in anew. */
  apply(layer: LayerInfo, marks: MarkFeature[]): void {
    let source = this.sources.get(layer.id);
    if (!source) {
      source = new VectorSource();
      const cluster = new Cluster({ source, distance: APART_PX });
      const drawn = new VectorLayer({ source: cluster, style: (f) => styleOf(layer, f), zIndex: 10, visible: layer.shown });
      this.sources.set(layer.id, source);
      this.drawn.set(layer.id, drawn);
      this.map.addLayer(drawn);
    }
    const features = marks.map((mark) => {
      const feature = new Feature({ geometry: new Point(fromLonLat(mark.geometry.coordinates)), mark: mark.properties });
      feature.setId(mark.id);
      return feature;
    });
    source.clear(true);
    source.addFeatures(features);
  }

  show(id: string, shown: boolean): void {
    this.drawn.get(id)?.setVisible(shown);
  }

  /** Bring one mark into the middle; whether it is there. */
  focus(id: string): boolean {
    for (const source of this.sources.values()) {
      const feature = source.getFeatureById(id) as Feature<Point> | null;
      if (!feature) continue;
      this.map.getView().setCenter(feature.getGeometry()!.getCoordinates());
      this.map.getView().setZoom(15);
      return true;
    }
    return false;
  }

  /** Where on the map a mark is drawn now, in CSS pixels of the map. */
  pixelOf(id: string): [number, number] | null {
    for (const source of this.sources.values()) {
      const feature = source.getFeatureById(id) as Feature<Point> | null;
      const pixel = feature && this.map.getPixelFromCoordinate(feature.getGeometry()!.getCoordinates());
      if (pixel) return [pixel[0]!, pixel[1]!];
    }
    return null;
  }

  onPoint(handler: (pointed: Pointed | null) => void): void {
    this.map.on("pointermove", (event) => {
      if (event.dragging) return handler(null);
      const members = this.under(event.pixel);
      this.target.style.cursor = members.length ? "pointer" : "";
      const marks = members.slice(0, 5).map((f) => f.get("mark") as MarkProperties);
      handler(marks.length ? { marks, more: members.length - marks.length, pixel: [event.pixel[0]!, event.pixel[1]!] } : null);
    });
  }

  /** A press on a mark opens it; on several it comes closer, and opens `several` where it can't come closer. */
  onPress(open: (mark: MarkProperties) => void, several: (pointed: Pointed) => void): void {
    this.map.on("singleclick", (event) => {
      const members = this.under(event.pixel, 6);
      if (members.length === 1) return open(members[0]!.get("mark") as MarkProperties);
      if (members.length < 2) return;
      const points = members.map((f) => (f.getGeometry() as Point).getCoordinates());
      const view = this.map.getView();
      if ((view.getZoom() ?? 0) >= CLOSEST || new Set(points.map(String)).size === 1) {
        const marks = members.slice(0, 12).map((f) => f.get("mark") as MarkProperties);
        return several({ marks, more: members.length - marks.length, pixel: [event.pixel[0]!, event.pixel[1]!] });
      }
      view.fit(boundingExtent(points), { padding: [80, 80, 80, 80], maxZoom: CLOSEST, duration: 250 });
    });
  }

  private under(pixel: number[], tolerance = 2): Feature[] {
    const found = this.map.forEachFeatureAtPixel(pixel, (f) => f.get("features") as Feature[] | undefined, {
      hitTolerance: tolerance,
      layerFilter: (layer) => [...this.drawn.values()].includes(layer as VectorLayer),
    });
    return found ?? [];
  }
}

function styleOf(layer: LayerInfo, feature: FeatureLike) {
  const members = feature.get("features") as Feature[];
  const states = members.map((member) => (member.get("mark") as MarkProperties).state);
  const tone = worst(layer.states, states)?.tone ?? "plain";
  return members.length === 1 ? markStyle(tone) : clusterStyle(tone, members.length);
}
