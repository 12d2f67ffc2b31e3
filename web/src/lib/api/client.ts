import { t } from '$lib/i18n/common';
import { connection } from '$lib/state/connection.svelte';
import { isProblemBody, Problem, retryAfterSeconds } from './problem';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Call {
	query?: Query;
	body?: unknown;
	/** The version that is being edited: becomes If-Match. */
	version?: number;
	/** One key per thing to be made, kept while the same request is sent again. */
	key?: string;
	signal?: AbortSignal;
	/** A 401 here is an answer to show, not a reason to go to the sign-in page. */
	anonymous?: boolean;
}

const root = '/api/v1';
let signedOut: () => void = () => {};

/** What to do when the server no longer knows this session. */
export function onSignedOut(act: () => void) {
	signedOut = act;
}

export function queryText(query: Query = {}): string {
	const search = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
	}
	const text = search.toString();
	return text ? `?${text}` : '';
}

export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
	const headers = new Headers({ accept: 'application/json' });
	if (options.body !== undefined) headers.set('content-type', 'application/json');
	if (options.version !== undefined) headers.set('if-match', `"${options.version}"`);
	if (options.key !== undefined) headers.set('idempotency-key', options.key);

	let response: Response;
	try {
		response = await fetch(root + path + queryText(options.query), {
			method,
			headers,
			credentials: 'same-origin',
			cache: 'no-store',
			body: options.body === undefined ? undefined : JSON.stringify(options.body),
			signal: options.signal
		});
	} catch (cause) {
		if (options.signal?.aborted) throw cause;
		connection.lost();
		throw new Problem({
			status: 0,
			code: 'client.unreachable',
			title: connection.state === 'offline' ? t.offline : t.unreachable,
			detail: connection.state === 'offline' ? t.offlineDetail : t.unreachableDetail
		});
	}

	// A gateway that answers for a server that is away is the same to a person as no answer.
	if (response.status === 502 || response.status === 504) connection.lost();
	else connection.heard();

	if (response.ok) {
		if (response.status === 204) return undefined as T;
		return (await response.json()) as T;
	}
	const problem = await problemOf(response);
	if (response.status === 401 && !options.anonymous) signedOut();
	throw problem;
}

async function problemOf(response: Response): Promise<Problem> {
	const retryAfter = retryAfterSeconds(response.headers.get('retry-after'), Date.now());
	const body: unknown = await response.json().catch(() => null);
	if (isProblemBody(body)) return new Problem({ ...body, status: response.status }, retryAfter);
	return new Problem(
		{
			status: response.status,
			code: 'client.unexpected_answer',
			title: t.unexpected,
			detail: t.unexpectedDetail(response.status),
			request_id: response.headers.get('x-request-id') ?? undefined
		},
		retryAfter
	);
}

/** Random text for an Idempotency-Key. `crypto.randomUUID` is missing on plain HTTP. */
export function randomKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The key of one form: the same while its body is the same (so that a lost answer can be asked for
 * again), another when the person changed something.
 */
export function keyKeeper(make: () => string = randomKey): (body: unknown) => string {
	let last = '';
	let key = '';
	return (body) => {
		const text = JSON.stringify(body);
		if (text !== last || key === '') {
			last = text;
			key = make();
		}
		return key;
	};
}
