import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import Papa from 'papaparse'

/** Bytes of a CSV file in a ZIP: more are refused before anything is unpacked. */
const LARGEST_CSV = 100 * 1024 * 1024

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
  const names: string[] = []
  let tooLarge = false
  try {
    const files = unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith('/')) return false
        names.push(name)
        tooLarge ||= originalSize > LARGEST_CSV
        return names.length === 1 && !tooLarge
      },
    })
    const [name, ...more] = names
    if (tooLarge) return broken('file too large')
    if (name === undefined || more.length > 0 || !/\.csv$/i.test(name))
      return broken('one CSV file is expected')
    return { kind: 'csv', name, text: strFromU8(files[name] ?? new Uint8Array()) }
  } catch {
    return broken('not a ZIP file')
  }
}

/** The rows of a CSV file without its header; rows without any cell do not count. */
export function rowsOfCsv(text: string): readonly (readonly string[])[] {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: true, delimiter: ',' })
  return data.slice(1)
}
