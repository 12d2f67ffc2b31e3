import { t } from '$lib/i18n/common';
import { connection } from '$lib/state/connection.svelte';
import { live } from '$lib/state/live.svelte';
import { isProblemBody, Problem, retryAfterSeconds } from './problem';
import type { paths } from './schema';

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
/** The server's paths, without what they all begin with. */
type Known = { [P in keyof paths as P extends `/api/v1${infer Rest}` ? Rest : never]: paths[P] };
type PathWith<M extends Method> = {
	[P in keyof Known]: Known[P] extends Record<M, Operation> ? P : never;
}[keyof Known];
type At<M extends Method, P extends keyof Known> =
	Known[P] extends Record<M, infer O extends Operation> ? O : never;
type Parameters = { query?: object; path?: object; header?: object };
type Operation = { parameters: Parameters; requestBody?: unknown; responses: object };

type Said<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Names<Given> = [Given] extends [never] ? never : keyof Given;
type HeaderOf<O extends Operation> = Names<NonNullable<O['parameters']['header']>>;
/** What an operation answers when it is done. */
export type Answer<O extends Operation> = {
	[Status in keyof O['responses'] & (200 | 201 | 202 | 204)]: Said<O['responses'][Status]>;
}[keyof O['responses'] & (200 | 201 | 202 | 204)];

/** What an operation must be told, as the server describes it: a parameter or field it does not know is a type error. */
export type Call<O extends Operation> = Pick<O['parameters'], 'path' | 'query'> &
	(O extends { requestBody: { content: { 'application/json': infer Body } } }
		? { body: Body }
		: { body?: undefined }) &
	('If-Match' extends HeaderOf<O>
		? /** The version that is being edited. */ { version: number }
		: { version?: undefined }) &
	('Idempotency-Key' extends HeaderOf<O>
		? /** One key per thing to be made, kept while the same request is sent again. */ { key?: string }
		: { key?: undefined }) & {
		signal?: AbortSignal;
		/** A 401 here is an answer to show, not a reason to go to the sign-in page. */
		anonymous?: boolean;
		/** Whether anybody is signed in is the question: a 401 is an answer here too, but another account's is not. */
		maybe?: boolean;
	};

/** The same without its types: what is sent. */
interface Plain {
	path?: object;
	query?: object;
	body?: unknown;
	/** A file instead of JSON. */
	file?: Blob;
	version?: number;
	key?: string;
	signal?: AbortSignal;
	anonymous?: boolean;
	maybe?: boolean;
}

const root = '/api/v1';
let signedOut: () => void = () => {};
let otherAccount: () => void = () => {};
let confirmFirst: () => Promise<boolean> = async () => false;
let actor: () => string | undefined = () => undefined;

/** What to do when the server no longer knows this session. */
export function onSignedOut(act: () => void) {
	signedOut = act;
}

/** What to do when somebody else has signed in in this browser: whatever was asked, nothing was done. */
export function onOtherAccount(act: () => void) {
	otherAccount = act;
}

/** Asks the person to confirm who is there, because the server wants to be sure. Answers whether that was done. */
export function onConfirmFirst(act: () => Promise<boolean>) {
	confirmFirst = act;
}

/** Whose page this is. The cookie is the whole browser's, and may be another's by now: the server compares the two. */
export function speaksFor(who: () => string | undefined) {
	actor = who;
}

/** The header that says it; nothing before it is known. */
export function spoken(): Record<string, string> {
	const account = actor();
	return account === undefined ? {} : { 'khue-account': account };
}

/** The path with its places filled in. */
export function pathText(path: string, places: object = {}): string {
	let text = path;
	for (const [name, value] of Object.entries(places)) {
		text = text.replace(`{${name}}`, encodeURIComponent(String(value)));
	}
	return text;
}

export function queryText(query: object = {}): string {
	const search = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
	}
	const text = search.toString();
	return text ? `?${text}` : '';
}

type Given<M extends Method, P extends PathWith<M>> =
	object extends Call<At<M, P>> ? [Call<At<M, P>>?] : [Call<At<M, P>>];

/** Asks the server for one of its operations. What it takes and answers follows from openapi.json. */
export async function call<M extends Method, P extends PathWith<M>>(
	method: M,
	path: P,
	...[given]: Given<M, P>
): Promise<Answer<At<M, P>>> {
	const response = await send(method, path, given ?? {}, 'application/json');
	return (response.status === 204 ? undefined : await response.json()) as Answer<At<M, P>>;
}

/** Asks for a file, and hands it to the browser to be kept. Answers with its name. */
export async function fetchFile<M extends Method, P extends PathWith<M>>(
	method: M,
	path: P,
	...[given]: Given<M, P>
): Promise<string> {
	const response = await send(method, path, given ?? {}, '*/*');
	const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
	const name = named?.[1] ?? 'khue';
	const url = URL.createObjectURL(await response.blob());
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
	return name;
}

/** Sends a file as it is, and answers what the server says of it. */
export async function sendFile<P extends PathWith<'post'>>(
	path: P,
	given: Pick<Operation['parameters'], 'path' | 'query'> & { file: Blob; signal?: AbortSignal }
): Promise<Answer<At<'post', P>>> {
	const response = await send('post', path, given, 'application/json');
	return (await response.json()) as Answer<At<'post', P>>;
}

async function send(
	method: Method,
	path: string,
	options: Plain,
	accept: string,
	confirmed = false
): Promise<Response> {
	const headers = new Headers({ accept });
	if (options.body !== undefined) headers.set('content-type', 'application/json');
	if (options.file) headers.set('content-type', 'application/octet-stream');
	if (options.version !== undefined) headers.set('if-match', `"${options.version}"`);
	if (options.key !== undefined) headers.set('idempotency-key', options.key);
	if (!options.anonymous) for (const [name, value] of Object.entries(spoken())) headers.set(name, value);

	let response: Response;
	try {
		response = await fetch(root + pathText(path, options.path) + queryText(options.query), {
			method: method.toUpperCase(),
			headers,
			credentials: 'same-origin',
			cache: 'no-store',
			body: options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
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
		live.begin(response.headers.get('khue-position'));
		return response;
	}
	const problem = await problemOf(response);
	if (response.status === 401 && !options.anonymous && !options.maybe) signedOut();
	if (problem.code === 'session.other_account') otherAccount();
	// The same request with the same key: what was typed stays where it is, and nothing is done twice.
	if (problem.code === 'session.confirm_first' && !confirmed && (await confirmFirst())) {
		return send(method, path, options, accept, true);
	}
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
