import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { definitionOf, modes } from '../chaos/modes.ts'
import { points } from '../chaos/plan.ts'
import { columns, waitColumns } from '../chaos/table.ts'
import { projectDirectory } from '../support/project.ts'
import { rowsOf } from './markdown.ts'

const page = readFileSync(join(projectDirectory, 'docs/reliability.md'), 'utf8')

test('every mode and every crash point is told, and no other', () => {
  expect(rowsOf(page, ['mode', 'what is done to them']).map(([mode]) => mode)).toEqual(
    modes.map(mode => `\`${mode}\``),
  )
  expect(rowsOf(page, ['point', 'the process is struck']).map(([point]) => point)).toEqual(points)
})

test('the figures are of campaigns in which every promise held', () => {
  const rows = rowsOf(page, columns)
  expect(new Set(rows.map(([mode]) => mode))).toEqual(new Set(modes))
  const broken = rows.filter(([mode = '', rotation, , , overlaps, losses, reported, silent]) => {
    const definition = modes.find(name => name === mode)
    const mayLose = rotation === 'strict' && definition && !definitionOf(definition).promises.losesNothing
    return overlaps !== '0' || silent !== '0' || losses !== reported || (!mayLose && losses !== '0')
  })
  expect(broken).toEqual([])
})

test('the histogram is of the sweep at least, and no other than the program prints', () => {
  const rows = rowsOf(page, waitColumns)
  expect(rows.map(([mode]) => mode)).toContain('sweep')
  expect(modes).toEqual(expect.arrayContaining(rows.map(([mode]) => mode)))
})
