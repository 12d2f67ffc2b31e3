import { spoken } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import { connection } from './connection.svelte';
import { parseEvents } from './sse';

export type Told = components['schemas']['Told'];
type Listener = (told: Told[]) => void;

const first = 1000;
const longest = 30_000;
/** The server says something every 15 seconds: after this long a silent stream is a dead one. */
const silence = 40_000;
/** A window nobody looks at gives its stream up, so that HTTP/1.1's six connections are for the windows in use. */
const unseen = 30_000;

class Gone extends Error {}

/**
 * What happens elsewhere: the server's stream of entries this person may see. One stream for each window that is
 * looked at; it begins where the first answer of this visit was read, and goes on where it broke off.
 */
class Live {
	/** `broken`: the stream fell and is being opened again; the server may well answer otherwise. */
	state = $state<'off' | 'following' | 'broken'>('off');
	#after: string | null = null;
	#listeners = new Set<Listener>();
	#stream: AbortController | null = null;
	#wake: (() => void) | null = null;
	#running = false;
	#hiding: ReturnType<typeof setTimeout> | undefined;

	/** Where the journal stood when an answer was read. Only the first counts: everything later is told. */
	begin(position: string | null) {
		this.#after ??= position;
	}

	on(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Follows until the answer is called. */
	follow(signedOut: () => void): () => void {
		const look = () => {
			clearTimeout(this.#hiding);
			if (document.visibilityState === 'visible') this.#run(signedOut);
			else this.#hiding = setTimeout(() => this.#pause(), unseen);
		};
		const leave = () => this.#pause();
		const heard = connection.on(() => {
			if (connection.state === 'online') this.#wake?.();
			else if (connection.state === 'offline') this.#stream?.abort();
		});
		document.addEventListener('visibilitychange', look);
		addEventListener('pagehide', leave);
		addEventListener('pageshow', look);
		look();
		return () => {
			document.removeEventListener('visibilitychange', look);
			removeEventListener('pagehide', leave);
			removeEventListener('pageshow', look);
			heard();
			clearTimeout(this.#hiding);
			this.#pause();
			this.#after = null;
		};
	}

	#pause() {
		this.#running = false;
		this.#stream?.abort();
		this.#wake?.();
		this.state = 'off';
	}

	async #run(signedOut: () => void) {
		if (this.#running) return;
		this.#running = true;
		let wait = first;
		while (this.#running) {
			const stream = new AbortController();
			this.#stream = stream;
			let asked = 0;
			try {
				await this.#read(stream, () => {
					wait = first;
				});
			} catch (cause) {
				if (stream !== this.#stream || !this.#running) return;
				if (cause instanceof Gone) {
					this.#pause();
					signedOut();
					return;
				}
				if (typeof cause === 'number') asked = cause;
				// No answer at all; what the server itself says no to is not a lost connection.
				else if (!stream.signal.aborted) connection.lost();
			}
			if (!this.#running) return;
			this.state = 'broken';
			// Not all at the same moment when a server of a whole province starts again.
			await this.#sleep(Math.max(asked, wait * (0.5 + Math.random())));
			wait = Math.min(wait * 2, longest);
		}
	}

	#sleep(milliseconds: number): Promise<void> {
		return new Promise((done) => {
			const timer = setTimeout(done, milliseconds);
			this.#wake = () => {
				clearTimeout(timer);
				done();
			};
		});
	}

	/** Reads one stream to its end. Throws `Gone` without a session, a number of milliseconds when told to wait. */
	async #read(stream: AbortController, opened: () => void) {
		let watch = setTimeout(() => stream.abort(), silence);
		try {
			const from = this.#after === null ? '' : `?after=${encodeURIComponent(this.#after)}`;
			const response = await fetch(`/api/v1/events${from}`, {
				// Another account's entries are not this page's.
				headers: { accept: 'text/event-stream', ...spoken() },
				credentials: 'same-origin',
				cache: 'no-store',
				signal: stream.signal
			});
			if (response.status === 401) throw new Gone();
			if (response.status === 400 || response.status === 409) {
				// A position this journal never had, because it was restored, or one too far back to be followed from.
				// Everything on the screen is looked at again.
				this.#after = null;
				this.#tell([{ position: '', kind: 'journal.other' }]);
				throw 0;
			}
			if (!response.ok || !response.body) throw Number(response.headers.get('retry-after') ?? 0) * 1000;
			connection.heard();
			this.begin(response.headers.get('khue-position'));
			this.state = 'following';
			opened();
			const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
			const parse = parseEvents();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) throw 0;
				clearTimeout(watch);
				watch = setTimeout(() => stream.abort(), silence);
				const told = parse(value).map((text) => JSON.parse(text) as Told);
				const last = told.at(-1);
				if (last) {
					this.#after = last.position;
					this.#tell(told);
				}
			}
		} finally {
			clearTimeout(watch);
		}
	}

	#tell(told: Told[]) {
		for (const listener of this.#listeners) listener(told);
	}
}

export const live = new Live();

/** At most one refresh at a time, and not more often than this: an import tells of thousands of changes. */
const breath = 2000;

/**
 * Refreshes when something told of concerns this screen: at once, then at most every two seconds while more comes.
 * A refresh that fails is not spoken of; what is shown stays, and the next change tries again.
 */
export function refreshOn(concerns: (told: Told) => boolean, refresh: () => unknown): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let busy = false;
	let again = false;
	const run = async () => {
		if (busy) {
			again = true;
			return;
		}
		busy = true;
		again = false;
		try {
			await refresh();
		} catch {
			// See above.
		}
		timer = setTimeout(() => {
			busy = false;
			if (again) run();
		}, breath);
	};
	const off = live.on((told) => {
		if (told.some((one) => one.kind === 'journal.other' || concerns(one))) run();
	});
	return () => {
		off();
		clearTimeout(timer);
		again = false;
	};
}
