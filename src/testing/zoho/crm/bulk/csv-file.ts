import { strFromU8, strToU8, Unzip, type UnzipFileInfo, UnzipInflate, unzipSync, zipSync } from 'fflate'
import Papa from 'papaparse'

/** Bytes of a CSV file in a ZIP: more are refused before anything is unpacked. */
const LARGEST_CSV = 100 * 1024 * 1024
/** So much of a ZIP is unpacked at a time: a thousandfold of it at most is in memory before its size is looked at. */
const STEP = 4 * 1024

/** A CSV file as it came in a ZIP, or what is wrong with the ZIP. */
export type ReadCsv =
  | { readonly kind: 'csv'; readonly name: string; readonly text: string }
  | { readonly kind: 'broken'; readonly reason: string }

/** A ZIP with one CSV file. */
export function zipOfCsv(name: string, rows: readonly (readonly string[])[]): Uint8Array {
  // Spreadsheets and Zoho end lines with both characters.
  return zipSync({ [name]: strToU8(Papa.unparse([...rows] as string[][], { newline: '\r\n' })) })
}

/** Unpacks a ZIP with one CSV file. */
export function csvOfZip(zip: Uint8Array): ReadCsv {
  const broken = (reason: string): ReadCsv => ({ kind: 'broken', reason })
  try {
    const [file, ...more] = filesIn(zip)
    if (file === undefined || more.length > 0 || !/\.csv$/i.test(file.name)) {
      return broken('one CSV file is expected')
    }
    if (file.originalSize > LARGEST_CSV) return broken('file too large')
    const bytes = unpacked(zip, file.originalSize)
    return bytes === null
      ? broken('not a ZIP file')
      : { kind: 'csv', name: file.name, text: strFromU8(bytes) }
  } catch {
    return broken('not a ZIP file')
  }
}

/** What the directory of a ZIP names; nothing is unpacked. */
function filesIn(zip: Uint8Array): readonly UnzipFileInfo[] {
  const files: UnzipFileInfo[] = []
  unzipSync(zip, {
    filter: file => {
      if (!file.name.endsWith('/')) files.push(file)
      return false
    },
  })
  return files
}

/** The first file of a ZIP. Null: it has not the size that the directory tells of; what is more is not unpacked. */
function unpacked(zip: Uint8Array, size: number): Uint8Array | null {
  const bytes = new Uint8Array(size)
  let length = 0
  const unzip = new Unzip(file => {
    file.ondata = (error, chunk) => {
      if (error === null && length + chunk.length <= size) bytes.set(chunk, length)
      length += error === null ? chunk.length : size + 1
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  for (let at = 0; at < zip.length && length <= size; at += STEP) {
    unzip.push(zip.subarray(at, at + STEP), at + STEP >= zip.length)
  }
  return length === size ? bytes : null
}

/** The rows of a CSV file without its header; rows without any cell do not count. */
export function rowsOfCsv(text: string): readonly (readonly string[])[] {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: true, delimiter: ',' })
  return data.slice(1)
}
