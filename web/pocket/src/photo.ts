// A photo as the server wants it: a JPEG of at most 500 kB that keeps what the camera wrote (time, place).
import { exifOf, fit, LIMIT_BYTES, LONGEST_PX, smaller, withExif } from "./measure";
import { store } from "./store";

const QUALITY = 0.8;
const ROUNDS = 6;

/** Shrink, hash and keep a picked file; its SHA-256. Throws TypeError for a file that is no picture. */
export async function keepPhoto(file: File): Promise<string> {
  const blob = await shrink(file);
  return keep(blob, `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg`);
}

/** Keep a signature drawn on the screen; its SHA-256. */
export async function keepSignature(canvas: HTMLCanvasElement): Promise<string> {
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new TypeError("canvas gave no picture");
  return keep(blob, "signature.png");
}

async function keep(blob: Blob, name: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  const sha = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const held = await store().photos.get(sha);
  if (!held) await store().photos.put({ sha, blob, name, uploaded: 0 });
  return sha;
}

async function shrink(file: File): Promise<Blob> {
  const original = await file.arrayBuffer();
  const jpeg = file.type === "image/jpeg";
  if (jpeg && file.size <= LIMIT_BYTES) return new Blob([original], { type: "image/jpeg" });
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new TypeError("not a picture", { cause: error });
  }
  const exif = jpeg ? exifOf(original) : null;
  const room = LIMIT_BYTES - (exif?.byteLength ?? 0);
  let side = Math.min(LONGEST_PX, Math.max(picture.width, picture.height));
  let blob = await draw(picture, side);
  for (let round = 1; round < ROUNDS && blob.size > room; round++) {
    side = smaller(side, blob.size, room);
    blob = await draw(picture, side);
  }
  picture.close();
  return exif ? new Blob([withExif(await blob.arrayBuffer(), exif)], { type: "image/jpeg" }) : blob;
}

async function draw(picture: ImageBitmap, side: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(picture.width, picture.height, side);
  const pen = canvas.getContext("2d");
  if (!pen) throw new TypeError("no canvas");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new TypeError("canvas gave no picture");
  return blob;
}
