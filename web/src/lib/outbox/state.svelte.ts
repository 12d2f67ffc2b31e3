import { toasts } from '$lib/state/toasts.svelte';
import { count } from './count';
import type { Edit, Entry, Tried } from './entry';
import type { Outbox, Sent, Shown } from './outbox';

const nothing: Shown = { entries: [], unreadable: [], pause: null, fault: null };
const remembered = 'khue.account';

/** Which account last worked here, so that a start without a network finds its waiting work. Gone with the sign-out. */
export const lastAccount = {
	get(): string | null {
		try {
			return localStorage.getItem(remembered);
		} catch {
			return null;
		}
	},
	set(account: string | null) {
		try {
			if (account === null) localStorage.removeItem(remembered);
			else localStorage.setItem(remembered, account);
		} catch {
			// Storage may be closed to us: then a start without a network shows no waiting work.
		}
	}
};

/**
 * The outbox of whoever is signed in, as screens see it. What it is made of is fetched when there is something in it,
 * or something to put into it.
 */
class OutboxState {
	shown = $state.raw<Shown>(nothing);
	/** Signing out was asked for while work is waiting. */
	leaving = $state(false);
	#account: string | null = null;
	#opening: Promise<Outbox | null> | null = null;
	#close: (() => void) | null = null;
	#listeners = new Set<(sent: Sent) => void>();

	/** Only on a secure connection does the browser give what this needs. */
	get possible(): boolean {
		return isSecureContext && 'locks' in navigator && 'indexedDB' in globalThis && 'subtle' in crypto;
	}

	get counts() {
		return count(this.shown.entries);
	}

	get waiting(): number {
		return this.counts.unsent + this.shown.unreadable.length;
	}

	/** Looks whether this account left something here, and if so opens it. */
	async look(account: string): Promise<void> {
		if (!this.possible) return;
		lastAccount.set(account);
		if (this.#account === account) {
			(await this.#opening)?.wake();
			return;
		}
		this.close();
		const names = await indexedDB.databases?.().catch(() => null);
		if (names && !names.some(({ name }) => name === `khue-outbox-${account}`)) return;
		await this.open(account);
	}

	open(account: string): Promise<Outbox | null> {
		if (!this.possible) return Promise.resolve(null);
		if (this.#account === account && this.#opening) return this.#opening;
		this.close();
		this.#account = account;
		this.#opening = this.#open(account).catch((cause) => {
			console.error(cause);
			if (this.#account === account) this.#opening = null;
			return null;
		});
		return this.#opening;
	}

	async #open(account: string): Promise<Outbox | null> {
		const [{ openOutbox }, { t }] = await Promise.all([import('./browser'), import('$lib/i18n/device')]);
		const expired = { code: 'outbox.expired', title: t.expiredTitle, detail: t.expiredDetail };
		const { box, close } = await openOutbox(account, expired);
		if (this.#account !== account) {
			close();
			return null;
		}
		this.#close = close;
		box.subscribe((shown) => {
			if (this.#account === account) this.shown = shown;
		});
		let arrived = 0;
		box.onSent((sent) => {
			for (const listener of this.#listeners) listener(sent);
			// Many arrive one after another: one note for all.
			if (++arrived > 1) return;
			setTimeout(() => {
				toasts.show(t.arrived(arrived));
				arrived = 0;
			}, 1000);
		});
		return box;
	}

	/** Nobody, or somebody else, is at the machine now: nothing of this account is shown any more, all of it stays. */
	close() {
		this.#close?.();
		this.#close = null;
		this.#opening = null;
		this.#account = null;
		this.shown = nothing;
		this.leaving = false;
	}

	/** Keeps an edit and sends it when it may. Throws when it could not be kept. */
	async add(account: string, edit: Edit, tried?: Tried): Promise<Entry> {
		const box = account ? await this.open(account) : null;
		if (!box) throw new Error('no outbox');
		// Asks once that the browser does not tidy this away; what it answers changes nothing.
		navigator.storage?.persist?.().catch(() => {});
		return box.add(edit, tried);
	}

	async box(): Promise<Outbox | null> {
		return this.#opening;
	}

	/** Called in every tab when something arrived, so that a screen that shows the record reads it again. */
	onSent(listener: (sent: Sent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}

export const outbox = new OutboxState();
