/* commands.h - one function a command, as sl_command_info.parse, by file.
 *
 * Each reads what stands behind the command's name and adds to the pipe. False after a fault. */
#ifndef SL_LANG_SPL_COMMANDS_H
#define SL_LANG_SPL_COMMANDS_H

#include <stdbool.h>

typedef bool spl_command(void *parser);

/* commands_row.c */
spl_command spl_command_search, spl_command_where, spl_command_regex, spl_command_eval;
spl_command spl_command_fillnull, spl_command_filldown, spl_command_strcat, spl_command_replace;
/* commands_convert.c */
spl_command spl_command_convert;
/* commands_extract.c */
spl_command spl_command_bin, spl_command_rex, spl_command_makemv, spl_command_nomv;
/* commands_open.c */
spl_command spl_command_spath, spl_command_extract, spl_command_xmlkv, spl_command_fromjson;
spl_command spl_command_tojson, spl_command_mvexpand, spl_command_mvcombine;
/* commands_fields.c */
spl_command spl_command_table, spl_command_fields, spl_command_rename;
/* commands_group.c */
spl_command spl_command_stats, spl_command_eventstats, spl_command_streamstats;
/* commands_rank.c */
spl_command spl_command_top, spl_command_rare, spl_command_dedup;
/* commands_running.c */
spl_command spl_command_accum, spl_command_delta, spl_command_autoregress;
spl_command spl_command_addtotals, spl_command_addcoltotals;
/* commands_chart.c */
spl_command spl_command_chart, spl_command_timechart, spl_command_xyseries, spl_command_untable;
/* commands_order.c */
spl_command spl_command_sort, spl_command_head, spl_command_tail, spl_command_reverse;
/* commands_join.c */
spl_command spl_command_append, spl_command_appendcols, spl_command_appendpipe;
spl_command spl_command_union, spl_command_multisearch, spl_command_join;
/* commands_format.c */
spl_command spl_command_format, spl_command_return;
/* commands_lookup.c */
spl_command spl_command_lookup, spl_command_inputlookup, spl_command_outputlookup;
spl_command spl_command_iplocation;
/* commands_foreach.c */
spl_command spl_command_foreach;
/* commands_make.c */
spl_command spl_command_makeresults, spl_command_addinfo, spl_command_collect;
spl_command spl_command_noop, spl_command_savedsearch;
/* commands_shape.c */
spl_command spl_command_fieldformat, spl_command_rangemap, spl_command_setfields;
spl_command spl_command_trendline, spl_command_transpose, spl_command_uniq;
/* commands_transaction.c */
spl_command spl_command_transaction;
/* commands_model.c */
spl_command spl_command_tstats, spl_command_datamodel, spl_command_from;

#endif
