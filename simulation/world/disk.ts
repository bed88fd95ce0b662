import type { Launched, Lifeboat, LifeboatEntry } from '../../src/ports/lifeboat.ts'
import type { Happening } from '../history.ts'
import type { Dice } from './dice.ts'
import type { Machine } from './machine.ts'
import { tokenIn } from './open-cipher.ts'
import type { Scheduler } from './scheduler.ts'

/** The files of a lifeboat's directory: they outlive every process. */
export type DiskFiles = Map<string, { readonly entry: LifeboatEntry; readonly at: number }>

/** How a disk behaves. */
export interface DiskHabits {
  /** How long a write takes, in ms. */
  readonly delaysMs: readonly [number, ...number[]]
  /** The code that writing fails with; null: it works. */
  readonly fault: string | null
}

export interface DiskParts {
  readonly machine: Machine
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly habits: () => DiskHabits
  readonly passed: (point: string, machine: string) => void
  readonly record: (happening: Happening) => void
}

/** The lifeboat as a process sees it; null: there is no directory. */
export function lifeboatOn(files: DiskFiles | null, parts: DiskParts): Lifeboat | null {
  return files === null ? null : new LifeboatOnDisk(files, parts)
}

// What is slow is to be sure that it was written.
const READING_MS = [0, 1, 5] as const

class LifeboatOnDisk implements Lifeboat {
  readonly name = 'disk'
  readonly #files: DiskFiles
  readonly #parts: DiskParts

  constructor(files: DiskFiles, parts: DiskParts) {
    this.#files = files
    this.#parts = parts
  }

  launch(entry: LifeboatEntry): Promise<Launched> {
    const { machine, passed, record, scheduler, habits } = this.#parts
    passed('boarding', machine.name)
    return this.#operate(habits().delaysMs, () => {
      const { fault } = habits()
      if (fault !== null) return { kind: 'failed', code: fault }
      this.#files.set(entry.attemptId, { entry, at: scheduler.now })
      record({ kind: 'aboard', machine: machine.name, refresh: tokenIn(entry.refreshToken) ?? '' })
      passed('aboard', machine.name)
      return { kind: 'aboard', name: entry.attemptId }
    })
  }

  waiting(rowId?: string): ReturnType<Lifeboat['waiting']> {
    return this.#operate(READING_MS, () =>
      [...this.#files]
        .filter(([, { entry }]) => rowId === undefined || entry.id === rowId)
        .map(([name, { entry, at }]) => ({ ...entry, name, ageMs: this.#parts.scheduler.now - at })),
    )
  }

  remove(name: string): Promise<void> {
    return this.#operate(this.#parts.habits().delaysMs, () => void this.#files.delete(name))
  }

  // The disk works at one instant, for a process that lives then; frozen or not, it has been asked to.
  #operate<Result>(delaysMs: readonly [number, ...number[]], work: () => Result): Promise<Result> {
    const { machine, scheduler, dice } = this.#parts
    return new Promise(resolve => {
      scheduler.after(dice.pick(delaysMs), () => {
        if (!machine.alive) return
        const result = work()
        machine.deliver(0, () => resolve(result))
      })
    })
  }
}
