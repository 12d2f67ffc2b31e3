// Where the outbox keeps its entries: one database per account in this browser, every entry sealed with a key that the
// browser holds and gives to nobody, not even to us. Who copies the profile's files without the browser reads nothing.
import type { Change, Entry } from './entry';

export interface Kept {
	entries: Entry[];
	/** Rows that are here and cannot be read: their key is gone, or they were altered. */
	unreadable: string[];
	/** Drawn when the database was made: another one means that the old one is gone. */
	generation: string;
	client: string;
	/** The latest moment this database has seen (ms). */
	seenAt: number;
}

export interface Vault {
	load(): Promise<Kept>;
	/** All of it or nothing. */
	save(change: Change, now: number): Promise<void>;
	/** Throws away all that lies here, for ever. Only where a person has asked for it. */
	beginAnew(): Promise<void>;
	close(): void;
}

export type VaultFault = 'full' | 'newer' | 'unavailable';

export class VaultError extends Error {
	readonly fault: VaultFault;
	constructor(fault: VaultFault, cause: unknown) {
		super(`outbox: ${fault}`, { cause });
		this.fault = fault;
	}
}

interface Row {
	id: string;
	iv: Uint8Array<ArrayBuffer>;
	sealed: ArrayBuffer;
}

const version = 1;
export const databaseName = (account: string) => `khue-outbox-${account}`;

const asked = <T>(request: IDBRequest<T>) =>
	new Promise<T>((done, fail) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => fail(request.error);
	});

const ended = (transaction: IDBTransaction) =>
	new Promise<void>((done, fail) => {
		transaction.oncomplete = () => done();
		transaction.onabort = () => fail(transaction.error ?? new DOMException('aborted', 'AbortError'));
	});

const named = (cause: unknown) => (cause instanceof Error || cause instanceof DOMException ? cause.name : '');

function open(name: string): Promise<IDBDatabase> {
	return new Promise((done, fail) => {
		const request = indexedDB.open(name, version);
		request.onupgradeneeded = () => {
			request.result.createObjectStore('entries', { keyPath: 'id' });
			request.result.createObjectStore('meta');
		};
		request.onsuccess = () => done(request.result);
		request.onerror = () => fail(request.error);
		request.onblocked = () => fail(new DOMException('blocked', 'UnknownError'));
	});
}

function remove(name: string): Promise<void> {
	return new Promise((done, fail) => {
		const request = indexedDB.deleteDatabase(name);
		request.onsuccess = () => done();
		request.onerror = () => fail(request.error);
		request.onblocked = () => fail(new DOMException('blocked', 'UnknownError'));
	});
}

/**
 * Opens; again after a moment, since a browser that is waking up sometimes refuses. What still does not open is left as
 * it is: it may be somebody's only copy, and tomorrow the browser may open it.
 */
async function openPatiently(name: string): Promise<IDBDatabase> {
	if (typeof indexedDB === 'undefined') throw new VaultError('unavailable', null);
	let last: unknown = null;
	for (const wait of [0, 300, 1000]) {
		try {
			if (wait) await new Promise((done) => setTimeout(done, wait));
			return await open(name);
		} catch (cause) {
			last = cause;
			const why = named(cause);
			// A newer client wrote it: its entries are good, only not ours to read.
			if (why === 'VersionError') throw new VaultError('newer', cause);
			if (why === 'QuotaExceededError') throw new VaultError('full', cause);
			if (why === 'SecurityError' || why === 'InvalidStateError') throw new VaultError('unavailable', cause);
		}
	}
	throw new VaultError('unavailable', last);
}

export class BrowserVault implements Vault {
	#account: string;
	#database: IDBDatabase | null = null;
	#key: CryptoKey | null = null;

	constructor(account: string) {
		this.#account = account;
	}

	close() {
		this.#database?.close();
		this.#database = null;
		this.#key = null;
	}

	async load(): Promise<Kept> {
		return this.#withDatabase(async (database) => {
			const meta = await this.#meta(database);
			const rows = await asked<Row[]>(database.transaction('entries').objectStore('entries').getAll());
			const entries: Entry[] = [];
			const unreadable: string[] = [];
			for (const row of rows) {
				const entry = await this.#unseal(row);
				if (entry) entries.push(entry);
				else unreadable.push(row.id);
			}
			return { entries: entries.sort((a, b) => a.order - b.order), unreadable, ...meta };
		});
	}

	async save(change: Change, now: number): Promise<void> {
		await this.#withDatabase(async (database) => {
			await this.#meta(database);
			// Sealed before the transaction begins: it would not wait for it.
			const rows = await Promise.all(change.put.map((entry) => this.#seal(entry)));
			const writing = database.transaction(['entries', 'meta'], 'readwrite', { durability: 'strict' });
			const over = ended(writing);
			const store = writing.objectStore('entries');
			for (const row of rows) store.put(row);
			for (const id of change.remove) store.delete(id);
			const meta = writing.objectStore('meta');
			const seen = meta.get('seenAt');
			seen.onsuccess = () => meta.put(Math.max(now, Number(seen.result) || 0), 'seenAt');
			await over;
		});
	}

	async beginAnew(): Promise<void> {
		this.close();
		if (typeof indexedDB === 'undefined') throw new VaultError('unavailable', null);
		try {
			await remove(databaseName(this.#account));
		} catch (cause) {
			throw new VaultError('unavailable', cause);
		}
	}

	async #withDatabase<T>(act: (database: IDBDatabase) => Promise<T>): Promise<T> {
		try {
			return await act(await this.#connect());
		} catch (cause) {
			if (cause instanceof VaultError) throw cause;
			if (named(cause) === 'QuotaExceededError') throw new VaultError('full', cause);
			// The connection was closed under us (the browser cleared its storage, another tab mended it): once more.
			this.close();
			try {
				return await act(await this.#connect());
			} catch (again) {
				if (again instanceof VaultError) throw again;
				throw new VaultError(named(again) === 'QuotaExceededError' ? 'full' : 'unavailable', again);
			}
		}
	}

	async #connect(): Promise<IDBDatabase> {
		if (this.#database) return this.#database;
		const database = await openPatiently(databaseName(this.#account));
		const forget = () => {
			if (this.#database === database) this.close();
		};
		database.onversionchange = () => {
			database.close();
			forget();
		};
		database.onclose = forget;
		this.#database = database;
		return database;
	}

	/** Key, generation and client, made on first use. Called under the outbox's lock, so never by two at once. */
	async #meta(database: IDBDatabase): Promise<Pick<Kept, 'generation' | 'client' | 'seenAt'>> {
		const reading = database.transaction('meta').objectStore('meta');
		const [key, generation, client, seenAt] = await Promise.all(
			['key', 'generation', 'client', 'seenAt'].map((name) => asked<unknown>(reading.get(name)))
		);
		if (key instanceof CryptoKey && typeof generation === 'string' && typeof client === 'string') {
			this.#key = key;
			return { generation, client, seenAt: Number(seenAt) || 0 };
		}
		const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
			'encrypt',
			'decrypt'
		]);
		const fresh = {
			key: made,
			generation: randomHex(16),
			client: typeof client === 'string' ? client : randomHex(8)
		};
		const writing = database.transaction('meta', 'readwrite');
		const over = ended(writing);
		for (const [name, value] of Object.entries(fresh)) writing.objectStore('meta').put(value, name);
		await over;
		this.#key = made;
		return { generation: fresh.generation, client: fresh.client, seenAt: Number(seenAt) || 0 };
	}

	/** Bound to account and row: a row moved elsewhere does not open. */
	#bound(id: string) {
		return new TextEncoder().encode(`khue outbox 1|${this.#account}|${id}`);
	}

	async #seal(entry: Entry): Promise<Row> {
		if (!this.#key) throw new VaultError('unavailable', null);
		const iv = crypto.getRandomValues(new Uint8Array(12));
		const sealed = await crypto.subtle.encrypt(
			{ name: 'AES-GCM', iv, additionalData: this.#bound(entry.id) },
			this.#key,
			new TextEncoder().encode(JSON.stringify(entry))
		);
		return { id: entry.id, iv, sealed };
	}

	async #unseal(row: Row): Promise<Entry | null> {
		if (!this.#key) return null;
		try {
			const text = await crypto.subtle.decrypt(
				{ name: 'AES-GCM', iv: row.iv, additionalData: this.#bound(row.id) },
				this.#key,
				row.sealed
			);
			const entry = JSON.parse(new TextDecoder().decode(text)) as Entry;
			return entry.actor === this.#account ? entry : null;
		} catch {
			return null;
		}
	}
}

export function randomHex(bytes: number): string {
	return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
		byte.toString(16).padStart(2, '0')
	).join('');
}
