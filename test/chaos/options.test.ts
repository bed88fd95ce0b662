import { expect, test } from 'vitest'
import { modes } from './modes.ts'
import { help, optionsIn } from './options.ts'
import { rotations } from './plan.ts'

test('without options it is the short form: every mode, and every rotation', () => {
  const { plans, json, plant } = optionsIn([])
  expect([json, plant]).toEqual([null, null])
  expect([...new Set(plans.map(({ mode }) => mode))]).toEqual(modes)
  expect(new Set(plans.map(({ rotation }) => rotation))).toEqual(new Set(rotations))
  const total = (mode: string): number =>
    plans.filter(plan => plan.mode === mode).reduce((sum, { cycles }) => sum + cycles, 0)
  expect(['kill', 'term', 'freeze', 'stop'].map(total)).toEqual([100, 50, 20, 20])
})

test('the full form has a thousand kills for each rotation', () => {
  const { plans } = optionsIn(['--form', 'full', '--mode', 'kill'])
  expect(plans.map(({ cycles }) => cycles)).toEqual([1_000, 1_000, 1_000])
})

test('one campaign can be chosen and drawn again', () => {
  const args = '--mode kill --rotation strict --point C6 --cycles 100 --seed 7 --json out.json'
  expect(optionsIn(args.split(' '))).toMatchObject({
    plans: [{ mode: 'kill', rotation: 'strict', point: 'C6', cycles: 100, seed: 7 }],
    json: 'out.json',
  })
})

test('what is no option, or no value of one, is refused', () => {
  expect(() => optionsIn(['--mode', 'bogus'])).toThrow('--mode is one of kill, term')
  expect(() => optionsIn(['--cycles', '0'])).toThrow('--cycles takes a number from 1 to 99999')
  expect(() => optionsIn(['--seed=-1'])).toThrow('--seed takes a number from 0')
  expect(() => optionsIn(['--resume'])).toThrow('--resume needs --json')
  expect(() => optionsIn(['--bogus'])).toThrow("Unknown option '--bogus'")
})

test('the help fits a terminal and has every option', () => {
  expect(help.split('\n').filter(line => line.length > 80)).toEqual([])
  for (const option of [
    'form',
    'mode',
    'rotation',
    'point',
    'cycles',
    'seed',
    'json',
    'resume',
    'markdown',
    'evidence',
    'plant',
    'help',
  ]) {
    expect(help).toContain(`--${option}`)
  }
})
