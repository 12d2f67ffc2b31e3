export interface FieldProblem {
	field: string;
	code: string;
	detail: string;
}

export interface ProblemBody {
	status: number;
	code: string;
	title: string;
	detail: string;
	fields?: FieldProblem[];
	request_id?: string;
}

/** An answer that says no: the server's problem+json, or one of our own when no answer came. */
export class Problem extends Error {
	readonly status: number;
	readonly code: string;
	readonly title: string;
	readonly detail: string;
	readonly fields: FieldProblem[];
	readonly requestId: string | null;
	/** Seconds to wait, from Retry-After. */
	readonly retryAfter: number | null;

	constructor(body: ProblemBody, retryAfter: number | null = null) {
		super(body.detail);
		this.name = 'Problem';
		this.status = body.status;
		this.code = body.code;
		this.title = body.title;
		this.detail = body.detail;
		this.fields = body.fields ?? [];
		this.requestId = body.request_id ?? null;
		this.retryAfter = retryAfter;
	}

	/** No answer at all: the request may be sent again with the same key. */
	get unreachable(): boolean {
		return this.status === 0;
	}
}

export function isProblemBody(value: unknown): value is ProblemBody {
	if (typeof value !== 'object' || value === null) return false;
	const body = value as Record<string, unknown>;
	return typeof body.code === 'string' && typeof body.detail === 'string';
}

/** Retry-After is a number of seconds or a date. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
	if (!header) return null;
	if (/^\d+$/.test(header.trim())) return Number(header);
	const at = Date.parse(header);
	return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
