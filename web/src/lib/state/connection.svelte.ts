export type ConnectionState = 'online' | 'offline' | 'unreachable';

const first = 3000;
const longest = 30000;

/** Whether the device has a network, and whether the server answers. Asks again by itself until it does. */
export class Connection {
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
		// What was waited for while there was no network says nothing of how long to wait now that there is one.
		const on = () => {
			this.#wait = first;
			this.retry();
		};
		addEventListener('offline', off);
		addEventListener('online', on);
		if (!navigator.onLine) off();
		return () => {
			removeEventListener('offline', off);
			removeEventListener('online', on);
			this.#stop();
		};
	}

	heard() {
		this.#set('online');
		this.#wait = first;
		this.#stop();
	}

	/** A request had no answer. Five that fail at once are one loss: they put nothing off. */
	lost() {
		this.#set(navigator.onLine ? 'unreachable' : 'offline');
		this.#timer ??= setTimeout(() => this.retry(), this.#wait);
	}

	async retry() {
		this.#stop();
		try {
			const response = await fetch('/api/v1/about', { cache: 'no-store' });
			if (response.status >= 502) throw new Error('away');
			this.heard();
		} catch {
			this.#stop();
			this.lost();
			this.#wait = Math.min(this.#wait * 2, longest);
		}
	}

	#stop() {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}
}

export const connection = new Connection();
