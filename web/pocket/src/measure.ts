// Arithmetic of photos and places. Pure.

export const LIMIT_BYTES = 500_000;
export const LONGEST_PX = 1920;
const SHORTEST_PX = 480;

/** Width and height within `side` pixels, the proportions kept; a picture is never made larger. */
export function fit(width: number, height: number, side: number): [width: number, height: number] {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The next longer side to try when `bytes` came out for `side`: bytes grow with the area, so with the square. */
export function smaller(side: number, bytes: number, limit: number): number {
  return Math.max(SHORTEST_PX, Math.floor(side * Math.sqrt(limit / bytes) * 0.96));
}

/** Metres between two WGS-84 positions, good enough for choosing the nearest of a county. */
export function metres(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const perDegree = 111_320;
  const x = (lon2 - lon1) * Math.cos(((lat1 + lat2) * Math.PI) / 360);
  return Math.hypot(x, lat2 - lat1) * perDegree;
}

/** Whether a position lies in the box around China; anything else is a wrong reading and is not sent. */
export function inChina(lon: number, lat: number): boolean {
  return lon >= 73 && lon <= 136 && lat >= 3 && lat <= 54;
}

/** The Exif segment of a JPEG (marker and length included) with its orientation set to upright; null if there is none. */
export function exifOf(buffer: ArrayBuffer): ArrayBuffer | null {
  const view = new DataView(buffer);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 <= view.byteLength; ) {
    const marker = view.getUint16(at);
    const size = view.getUint16(at + 2);
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda || at + 2 + size > view.byteLength) return null;
    if (marker === 0xffe1 && size > 16 && view.getUint32(at + 4) === 0x45786966) return upright(buffer.slice(at, at + 2 + size));
    at += 2 + size;
  }
  return null;
}

function upright(segment: ArrayBuffer): ArrayBuffer {
  const view = new DataView(segment);
  const base = 10;
  const little = view.getUint16(base) === 0x4949;
  const directory = base + view.getUint32(base + 4, little);
  if (directory + 2 > view.byteLength) return segment;
  for (let i = 0, count = view.getUint16(directory, little); i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) break;
    if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
  }
  return segment;
}

/** A JPEG without its Exif segment, with `exif` put in right behind the first marker. */
export function withExif(jpeg: ArrayBuffer, exif: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(jpeg.byteLength + exif.byteLength);
  joined.set(new Uint8Array(jpeg, 0, 2), 0);
  joined.set(new Uint8Array(exif), 2);
  joined.set(new Uint8Array(jpeg, 2), 2 + exif.byteLength);
  return joined;
}
