import { catalogue } from './index.svelte';
import vi from './vi/list';

export const t = catalogue('list', vi);
