import auth from './auth';
import classes from './classes';
import common from './common';
import device from './device';
import duplicates from './duplicates';
import exports from './exports';
import factors from './factors';
import fields from './fields';
import gallery from './gallery';
import glass from './glass';
import help from './help';
import imports from './imports';
import jobs from './jobs';
import list from './list';
import making from './making';
import marks from './marks';
import overview from './overview';
import proof from './proof';
import pupils from './pupils';
import reshape from './reshape';
import school from './school';
import settings from './settings';
import shell from './shell';
import staff from './staff';
import timetable from './timetable';
import today from './today';
import unit from './unit';
import units from './units';
import years from './years';

const english = {
	common,
	classes,
	auth,
	shell,
	staff,
	units,
	years,
	making,
	timetable,
	unit,
	list,
	marks,
	overview,
	today,
	pupils,
	reshape,
	help,
	fields,
	imports,
	duplicates,
	gallery,
	device,
	jobs,
	school,
	exports,
	glass,
	settings,
	proof,
	factors
};
export type English = typeof english;
export default english;
