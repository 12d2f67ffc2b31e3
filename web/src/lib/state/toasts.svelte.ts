export interface Toast {
	id: number;
	text: string;
	kind: 'ok' | 'problem';
}

/** Short notes that something was done. Read aloud by the live region in the shell. */
class Toasts {
	items = $state<Toast[]>([]);
	#next = 1;

	show(text: string, kind: Toast['kind'] = 'ok') {
		const id = this.#next++;
		this.items.push({ id, text, kind });
		// A problem stays until it is closed; a note of success may go by itself.
		if (kind === 'ok') setTimeout(() => this.close(id), 6000);
	}

	close(id: number) {
		this.items = this.items.filter((toast) => toast.id !== id);
	}
}

export const toasts = new Toasts();
