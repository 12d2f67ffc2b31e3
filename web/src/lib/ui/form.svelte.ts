import { Problem } from '$lib/api/problem';
import { t } from '$lib/i18n/common';

/** The id of a field's control, so that the summary can lead to it. */
export const fieldId = (name: string) => `f-${name}`;

const conflicts: Record<string, string> = { 'account.login_taken': 'login', 'unit.code_taken': 'code' };

/** What every form does: check, send once, keep what was typed, say what is wrong and where. */
export class Form {
	busy = $state(false);
	problem = $state.raw<Problem | null>(null);
	checks = $state.raw<Record<string, string>>({});
	/** Goes up with each refusal, so that the summary takes the focus again. */
	refusals = $state(0);
	#known: readonly string[];

	/** `known`: the fields that have a place on this form; a complaint about another goes to the summary. */
	constructor(known: readonly string[]) {
		this.#known = known;
	}

	/** A taken name is a conflict of the record, but it is mended in one field. */
	get #said() {
		const { problem } = this;
		if (!problem) return [];
		const field = conflicts[problem.code];
		if (field && this.#known.includes(field)) return [{ field, code: problem.code, detail: problem.detail }];
		return problem.fields;
	}

	error(name: string): string | undefined {
		return this.checks[name] ?? this.#said.find((field) => field.field === name)?.detail;
	}

	get summary(): { field: string | null; text: string }[] {
		const lines = Object.entries(this.checks).map(([field, text]) => ({
			field: field as string | null,
			text
		}));
		for (const { field, detail } of this.#said) {
			if (!(field in this.checks))
				lines.push({ field: this.#known.includes(field) ? field : null, text: detail });
		}
		return lines;
	}

	/** Takes the complaint away while the person mends that field. */
	touched(name: string) {
		if (name in this.checks) {
			const { [name]: _gone, ...rest } = this.checks;
			this.checks = rest;
		}
	}

	/** For what answers nothing of use: whether it was done. */
	async done(
		check: () => Record<string, string | undefined>,
		send: () => Promise<unknown>
	): Promise<boolean> {
		return (await this.submit(check, () => send().then(() => true))) ?? false;
	}

	/** Shows what was refused, also when something beside the form was. */
	refuse(cause: unknown) {
		this.problem = asProblem(cause);
		this.refusals++;
	}

	async submit<T>(
		check: () => Record<string, string | undefined>,
		send: () => Promise<T>
	): Promise<T | undefined> {
		if (this.busy) return undefined;
		this.problem = null;
		this.checks = Object.fromEntries(
			Object.entries(check()).filter((entry): entry is [string, string] => entry[1] !== undefined)
		);
		if (Object.keys(this.checks).length > 0) {
			this.refusals++;
			return undefined;
		}
		this.busy = true;
		try {
			return await send();
		} catch (cause) {
			this.refuse(cause);
			return undefined;
		} finally {
			this.busy = false;
		}
	}
}

export function asProblem(cause: unknown): Problem {
	if (cause instanceof Problem) return cause;
	console.error(cause);
	return new Problem({ status: 0, code: 'client.failed', title: t.notDone, detail: t.unreachableDetail });
}
