import { isProblemBody, retryAfterSeconds } from '$lib/api/problem';
import type { Entry, Outcome, Trouble } from './entry';

export interface Transport {
	send(entry: Entry): Promise<Outcome>;
	/** The server's clock (ms), or nothing when it does not answer. */
	time(): Promise<number | null>;
}

/** Refusals that pass by themselves: somebody else holds the record, the server is stopping, too many at once. */
const passing = new Set(['db.busy', 'db.unreachable', 'db.full', 'db.stopping']);

/** What an answer means for the entry. `locks` are the codes that say: too late, ask for an amendment. */
export function outcomeOf(
	status: number,
	body: unknown,
	headers: { retryAfter: string | null; etag: string | null },
	locks: ReadonlySet<string>,
	now: number
): Outcome {
	if (status >= 200 && status < 300) return { kind: 'done', version: versionOf(headers.etag, body) };
	const problem = isProblemBody(body) ? body : null;
	const trouble: Trouble = problem
		? { code: problem.code, title: problem.title, detail: spelledOut(problem) }
		: { code: `http.${status}`, title: '', detail: '' };
	if (status === 401) return { kind: 'signed-out' };
	if (trouble.code === 'session.other_account') return { kind: 'other-account' };
	if (trouble.code === 'account.must_change_password') return { kind: 'must-change' };
	if (trouble.code === 'session.enrol_first') return { kind: 'must-enrol' };
	if (status === 429 || passing.has(trouble.code)) {
		const seconds = retryAfterSeconds(headers.retryAfter, now);
		return { kind: 'busy', after: seconds === null ? null : seconds * 1000 };
	}
	// Whether the server's own fault came before or after it wrote, nobody can say. A page that is not ours (a gateway,
	// the sign-in of a hotel's network) says nothing about the entry either.
	if (status >= 500 || status === 408) return { kind: 'unknown', trouble, server: problem !== null };
	if (!problem) return { kind: 'unknown', trouble, server: false };
	if (locks.has(trouble.code)) return { kind: 'locked', trouble };
	if (status === 412) return { kind: 'conflict', trouble };
	return { kind: 'refused', trouble, certain: status !== 403 && status !== 404 };
}

/** The sentence of the record, then of each field that says more. */
function spelledOut(problem: { detail: string; fields?: { detail: string }[] }): string {
	const said = [problem.detail, ...(problem.fields ?? []).map((field) => field.detail)];
	return [...new Set(said)].join(' ');
}

function versionOf(etag: string | null, body: unknown): number | null {
	const tag = etag?.match(/"(\d+)"$/)?.[1];
	if (tag) return Number(tag);
	const said = (body as { version?: unknown } | null)?.version;
	return typeof said === 'number' ? said : null;
}

const patience = 40_000;

export class FetchTransport implements Transport {
	#locks: (entry: Entry) => ReadonlySet<string>;

	constructor(locks: (entry: Entry) => ReadonlySet<string>) {
		this.#locks = locks;
	}

	async send(entry: Entry): Promise<Outcome> {
		const headers = new Headers({
			accept: 'application/json',
			'idempotency-key': entry.key,
			// The cookie says who is signed in now; the entry says who did it. The server compares the two.
			'khue-account': entry.actor
		});
		if (entry.body !== undefined) headers.set('content-type', 'application/json');
		if (entry.base !== undefined) headers.set('if-match', `"${entry.base}"`);
		let response: Response;
		try {
			response = await fetch(`/api/v1${entry.path}`, {
				method: entry.method,
				headers,
				credentials: 'same-origin',
				cache: 'no-store',
				redirect: 'error',
				body: entry.body === undefined ? undefined : JSON.stringify(entry.body),
				signal: AbortSignal.timeout(patience)
			});
		} catch {
			return {
				kind: 'unknown',
				trouble: { code: 'client.unreachable', title: '', detail: '' },
				server: false
			};
		}
		const body: unknown = response.status === 204 ? null : await response.json().catch(() => undefined);
		// Half an answer: the line broke. A 2xx that is not JSON is not this server's.
		if (response.ok && body === undefined) {
			return {
				kind: 'unknown',
				trouble: { code: 'client.unreachable', title: '', detail: '' },
				server: false
			};
		}
		return outcomeOf(
			response.status,
			body,
			{ retryAfter: response.headers.get('retry-after'), etag: response.headers.get('etag') },
			this.#locks(entry),
			Date.now()
		);
	}

	async time(): Promise<number | null> {
		try {
			const response = await fetch('/api/v1/about', {
				cache: 'no-store',
				signal: AbortSignal.timeout(patience)
			});
			const at = Date.parse(response.headers.get('date') ?? '');
			return response.ok && !Number.isNaN(at) ? at : null;
		} catch {
			return null;
		}
	}
}
