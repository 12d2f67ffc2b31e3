export type ConnectionState = 'online' | 'offline' | 'unreachable';

const first = 3000;
const longest = 30000;

/** Whether the device has a network, and whether the server answers. Asks again by itself until it does. */
class Connection {
	state = $state<ConnectionState>('online');
	#timer: ReturnType<typeof setTimeout> | undefined;
	#wait = first;
	#listeners = new Set<() => void>();

	/** Calls whenever the state has changed. */
	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#set(state: ConnectionState) {
		if (this.state === state) return;
		this.state = state;
		for (const listener of this.#listeners) listener();
	}

	listen(): () => void {
		const off = () => this.#set('offline');
		const on = () => this.retry();
		addEventListener('offline', off);
		addEventListener('online', on);
		if (!navigator.onLine) off();
		return () => {
			removeEventListener('offline', off);
			removeEventListener('online', on);
			clearTimeout(this.#timer);
		};
	}

	heard() {
		this.#set('online');
		this.#wait = first;
		clearTimeout(this.#timer);
	}

	lost() {
		this.#set(navigator.onLine ? 'unreachable' : 'offline');
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.retry(), this.#wait);
		this.#wait = Math.min(this.#wait * 2, longest);
	}

	async retry() {
		try {
			const response = await fetch('/api/v1/about', { cache: 'no-store' });
			if (response.status >= 502) throw new Error('away');
			this.heard();
		} catch {
			this.lost();
		}
	}
}

export const connection = new Connection();
