/* sequence.c - a list of pieces, ordered by input, behind one lock.
 *
 * Pieces of one input are put in order by the one worker that reads it. The list is kept sorted by
 * input number; workers are at most a few inputs ahead, so it is short. */
#include "exec/sequence.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"

typedef struct sequence_piece sequence_piece;
struct sequence_piece {
    sequence_piece *next;
    uint32_t input, plan;
    bool done; /* marks the input's end; holds no rows */
    sl_rows rows;
};

struct sl_sequence {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sequence_piece *first;
    uint32_t turn; /* the input whose pieces may go out */
    size_t bytes, bytes_max;
    bool ended, cancelled;
};

sl_sequence *sl_sequence_new(size_t bytes_max)
{
    sl_sequence *sequence = sl_calloc(1, sizeof *sequence);
    if (sequence == NULL) return NULL;
    pthread_mutex_init(&sequence->lock, /* attributes= */ NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&sequence->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    sequence->bytes_max = bytes_max;
    return sequence;
}

static void sequence_piece_free(sequence_piece *piece)
{
    sl_rows_fini(&piece->rows);
    free(piece);
}

void sl_sequence_free(sl_sequence *sequence)
{
    if (sequence == NULL) return;
    for (sequence_piece *piece = sequence->first, *next; piece != NULL; piece = next) {
        next = piece->next;
        sequence_piece_free(piece);
    }
    pthread_cond_destroy(&sequence->changed);
    pthread_mutex_destroy(&sequence->lock);
    free(sequence);
}

/* Behind all pieces of the same input. The lock is held. */
static void sequence_insert(sl_sequence *sequence, sequence_piece *piece)
{
    sequence_piece **at = &sequence->first;
    while (*at != NULL && (*at)->input <= piece->input) at = &(*at)->next;
    piece->next = *at;
    *at = piece;
    sequence->bytes += sl_rows_bytes(&piece->rows);
    pthread_cond_broadcast(&sequence->changed);
}

/* True while the piece has to wait: too much is there, and it would not be the next to go out. The
 * lock is held. */
static bool sequence_is_full(const sl_sequence *sequence, const sequence_piece *piece)
{
    if (sequence->cancelled || sequence->bytes <= sequence->bytes_max) return false;
    const sequence_piece *first = sequence->first;
    return piece->input != sequence->turn || (first != NULL && first->input == sequence->turn);
}

static sl_status sequence_add(sl_sequence *sequence, sequence_piece *piece)
{
    pthread_mutex_lock(&sequence->lock);
    while (sequence_is_full(sequence, piece))
        pthread_cond_wait(&sequence->changed, &sequence->lock);
    bool cancelled = sequence->cancelled;
    if (!cancelled) sequence_insert(sequence, piece);
    pthread_mutex_unlock(&sequence->lock);
    if (!cancelled) return SL_OK;
    sequence_piece_free(piece);
    return SL_CANCELLED;
}

sl_status sl_sequence_put(sl_sequence *sequence, uint32_t input, uint32_t plan, sl_rows *rows)
{
    sequence_piece *piece = sl_calloc(1, sizeof *piece);
    if (piece == NULL) {
        sl_rows_fini(rows);
        return SL_NOMEM;
    }
    *piece = (sequence_piece){.input = input, .plan = plan, .rows = *rows};
    *rows = (sl_rows){.columns = NULL};
    return sequence_add(sequence, piece);
}

sl_status sl_sequence_done(sl_sequence *sequence, uint32_t input)
{
    sequence_piece *piece = sl_calloc(1, sizeof *piece);
    if (piece == NULL) return SL_NOMEM;
    *piece = (sequence_piece){.input = input, .done = true};
    return sequence_add(sequence, piece);
}

void sl_sequence_end(sl_sequence *sequence)
{
    pthread_mutex_lock(&sequence->lock);
    sequence->ended = true;
    pthread_cond_broadcast(&sequence->changed);
    pthread_mutex_unlock(&sequence->lock);
}

void sl_sequence_cancel(sl_sequence *sequence)
{
    pthread_mutex_lock(&sequence->lock);
    sequence->cancelled = true;
    pthread_cond_broadcast(&sequence->changed);
    pthread_mutex_unlock(&sequence->lock);
}

/* The piece whose turn it is, taken out, or NULL. Once all workers have ended, gaps (inputs lost to
 * an interrupt) no longer hold anything back. The lock is held. */
static sequence_piece *sequence_next(sl_sequence *sequence)
{
    sequence_piece *piece = sequence->first;
    while (piece != NULL && (piece->input == sequence->turn || sequence->ended)) {
        sequence->first = piece->next;
        sequence->bytes -= sl_rows_bytes(&piece->rows);
        if (!piece->done) return piece;
        sequence->turn = piece->input + 1;
        pthread_cond_broadcast(&sequence->changed);
        sequence_piece_free(piece);
        piece = sequence->first;
    }
    return NULL;
}

static struct timespec sequence_deadline(unsigned milliseconds)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += milliseconds / 1000;
    deadline.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return deadline;
}

sl_status sl_sequence_take(sl_sequence *sequence, unsigned milliseconds, uint32_t *out_plan,
                           sl_rows *out_rows)
{
    struct timespec deadline = sequence_deadline(milliseconds);
    sl_status status = SL_OK;
    sequence_piece *piece = NULL;
    pthread_mutex_lock(&sequence->lock);
    for (;;) {
        piece = sequence_next(sequence);
        if (piece != NULL) break;
        if (sequence->ended) {
            status = SL_END;
            break;
        }
        if (pthread_cond_timedwait(&sequence->changed, &sequence->lock, &deadline) == ETIMEDOUT) {
            piece = sequence_next(sequence);
            status = piece == NULL ? SL_LIMIT : SL_OK;
            break;
        }
    }
    if (piece != NULL) pthread_cond_broadcast(&sequence->changed);
    pthread_mutex_unlock(&sequence->lock);
    if (piece == NULL) return status;
    *out_plan = piece->plan;
    *out_rows = piece->rows;
    free(piece);
    return SL_OK;
}
