/* models.h - the data models that searches of published content ask, as searches over events here.
 *
 * A model says which events it holds, as SPL text that is read when a query uses it, and which
 * fields it has: those of the same names that the formats derive.
 *
 * Owner:    static const.
 * Threads:  any. */
#ifndef SL_LANG_SPL_MODELS_H
#define SL_LANG_SPL_MODELS_H

#include "base/text.h"

typedef struct spl_model_field {
    const char *name; /* without the datasets in front */
    bool known;       /* "unknown" where there is no value */
} spl_model_field;

typedef struct spl_model {
    const char *name;
    const char *datasets;   /* between spaces: what may stand in front of a field */
    const char *constraint; /* terms of a search */
    const spl_model_field *fields;
    uint32_t field_count;
} spl_model;

/* The model `name` (ASCII case ignored), or NULL. */
const spl_model *spl_model_find(sl_text name);
/* The field `name` of the model, or NULL. */
const spl_model_field *spl_model_field_find(const spl_model *model, sl_text name);
/* True when `name` is a dataset of the model. */
bool spl_model_has_dataset(const spl_model *model, sl_text name);
/* True when the vendor has a model of this name. */
bool spl_model_exists(sl_text name);

#endif
