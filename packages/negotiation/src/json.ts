/** A JSON value. Terms, states, events and effects of every protocol are made of these, so that a host can store and replay them. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
