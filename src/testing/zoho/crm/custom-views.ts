import type { CrmModule } from './fields.ts'
import type { CrmState } from './state.ts'

/** A view of a module. Here there is one of each: everything. */
export interface CustomView {
  readonly id: string
  readonly name: string
  readonly system_name: string
}

export function customViewsOf(state: CrmState, { api_name, plural }: CrmModule): readonly CustomView[] {
  const name = `All ${plural}`
  return [{ id: state.ids.of(`view ${api_name}`), name, system_name: `ALLVIEWS_${api_name.toUpperCase()}` }]
}
