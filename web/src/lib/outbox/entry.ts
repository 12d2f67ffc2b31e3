/** What a screen hands to the outbox: one edit of one record. */
export interface Edit {
	/** Names how the edit is spoken of and what may follow it; see kinds.ts. */
	kind: string;
	/** The record. Edits of one record are sent one after another; those of different records do not wait. */
	target: string;
	/** The part of the record that is edited. A later edit of the same cell takes the place of one not yet sent. */
	cell?: string;
	method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** Below /api/v1. */
	path: string;
	body?: unknown;
	/** The version of the record that the person had before the eyes; nothing for what is made new. */
	base?: number;
	/** What was done, in the person's words. */
	label: string;
}

/** An edit that a screen tried to send itself and got no answer: it may have arrived under this key. */
export interface Tried {
	key: string;
}

/**
 * `waiting` is sent when it may, `sending` is on its way. The next three wait for the person: `refused` says why,
 * `conflict` was edited by somebody else meanwhile, `amendment` came after a lock. `done` is no longer kept.
 */
export type State = 'waiting' | 'sending' | 'refused' | 'conflict' | 'amendment' | 'done';

/** Why an entry stands still, in the server's words or ours. */
export interface Trouble {
	code: string;
	title: string;
	detail: string;
}

export interface Entry extends Edit {
	id: string;
	/** The account that made the edit; it is sent as this one or not at all. */
	actor: string;
	/** This browser. */
	client: string;
	/** Smaller is sent earlier. */
	order: number;
	/** The Idempotency-Key. It stays while the same request may have arrived, and only so long. */
	key: string;
	/** When the person did it (ms). */
	madeAt: number;
	/** When this key was first sent (ms): the server forgets it 30 days later. */
	sentAt: number | null;
	/** Sent, and no answer came: it may have been recorded. */
	unsure: boolean;
	/** Failures one after another. */
	tries: number;
	state: State;
	trouble: Trouble | null;
}

/** What came of sending. */
export type Outcome =
	| { kind: 'done'; version: number | null }
	/** No answer, or one that does not say whether it was recorded. */
	| { kind: 'unknown'; trouble: Trouble; server: boolean }
	/** Surely not recorded; may be sent again after a while. */
	| { kind: 'busy'; after: number | null }
	/** The session is over, or it is another account's. Surely not recorded. */
	| { kind: 'signed-out' }
	| { kind: 'other-account' }
	/** The account must change its password before anything else. */
	| { kind: 'must-change' }
	/** The account must add a second factor before anything else. */
	| { kind: 'must-enrol' }
	/** `certain`: of the record itself. Otherwise of the person's rights now, whatever became of an earlier try. */
	| { kind: 'refused'; trouble: Trouble; certain: boolean }
	| { kind: 'conflict'; trouble: Trouble }
	| { kind: 'locked'; trouble: Trouble };

/** The rows to write and to remove, decided by the core, carried out by the vault in one transaction. */
export interface Change {
	put: Entry[];
	remove: string[];
}

export const needsPerson = (entry: Entry): boolean =>
	entry.state === 'refused' || entry.state === 'conflict' || entry.state === 'amendment';
