/* func_address_test.c - addresses and CIDR blocks, well and badly written. */
#include "func/address.h"

#include "test.h"

static bool in_block(const char *block_text, const char *address_text)
{
    sl_network block;
    sl_address address;
    return sl_network_parse(sl_text_from(block_text), false, &block)
        && sl_address_parse(sl_text_from(address_text), &address)
        && sl_network_has(&block, &address);
}

TEST(addresses_are_parsed)
{
    sl_address address;
    CHECK(sl_address_parse(SL_TEXT("10.1.2.3"), &address));
    CHECK_INT(SL_IPV4, address.family);
    CHECK_INT(10, address.bytes[0]);
    CHECK_INT(3, address.bytes[3]);
    CHECK(sl_address_parse(SL_TEXT("2001:db8::1"), &address));
    CHECK_INT(SL_IPV6, address.family);
    CHECK(sl_address_parse(SL_TEXT("::ffff:10.1.2.3"), &address));
    CHECK_INT(SL_IPV4, address.family);
    CHECK_INT(2, address.bytes[2]);
}

TEST(what_is_no_address_is_refused)
{
    static const char *const bad[] = {
        "",
        "10",
        "10.1.2",
        "10.1.2.3.4",
        "10.1.2.256",
        "10.1.2.-1",
        "010.1.2.3",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.4/8",
        "0x10.1.2.3",
        "2001:db8:::1",
        ":",
        "12345::",
        "fe80::1%eth0",
        "[::1]",
        "ec2.amazonaws.com",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222"};
    sl_address address;
    for (size_t i = 0; i < SL_COUNT(bad); i++)
        if (sl_address_parse(sl_text_from(bad[i]), &address)) TEST_FAIL("taken: '%s'", bad[i]);
    CHECK(!sl_address_parse(sl_text_make("1.2.3.4\0", 8), &address));
    CHECK(!sl_address_parse(sl_text_make(NULL, 0), &address));
}

TEST(blocks_hold_their_addresses)
{
    CHECK(in_block("10.0.0.0/8", "10.255.255.255"));
    CHECK(!in_block("10.0.0.0/8", "11.0.0.0"));
    CHECK(in_block("192.0.2.77/25", "192.0.2.1"));
    CHECK(!in_block("192.0.2.77/25", "192.0.2.128"));
    CHECK(in_block("0.0.0.0/0", "203.0.113.9"));
    CHECK(in_block("203.0.113.9/32", "203.0.113.9"));
    CHECK(!in_block("203.0.113.9/32", "203.0.113.8"));
    CHECK(in_block("2001:db8::/32", "2001:db8:ffff::1"));
    CHECK(!in_block("2001:db8::/32", "2001:db9::1"));
    CHECK(in_block("::/0", "::1"));
    CHECK(in_block("::ffff:10.0.0.0/104", "10.3.4.5"));
}

TEST(families_do_not_mix)
{
    CHECK(!in_block("0.0.0.0/0", "::1"));
    CHECK(!in_block("::/0", "10.0.0.1"));
}

TEST(what_is_no_block_is_refused)
{
    static const char *const bad[] = {"10.0.0.0",     "10.0.0.0/",        "10.0.0.0/33",
                                      "10.0.0.0/-1",  "10.0.0.0/+8",      "10.0.0.0/8 ",
                                      "10.0.0.0/8/8", "10.0.0/8",         "/8",
                                      "::/129",       "::ffff:1.2.3.4/8", "10.0.0.0/0008"};
    sl_network block;
    for (size_t i = 0; i < SL_COUNT(bad); i++)
        if (sl_network_parse(sl_text_from(bad[i]), false, &block)) TEST_FAIL("taken: '%s'", bad[i]);
    CHECK(sl_network_parse(SL_TEXT("10.0.0.1"), true, &block));
    CHECK_INT(32, block.prefix);
}

TEST(addresses_are_written)
{
    char text[SL_ADDRESS_TEXT_MAX];
    sl_address address;
    CHECK(sl_address_parse(SL_TEXT("2001:0db8:0:0::0001"), &address));
    size_t length = sl_address_format(&address, text);
    CHECK_TEXT("2001:db8::1", sl_text_make(text, length));
}

TEST_MAIN(RUN(addresses_are_parsed) RUN(what_is_no_address_is_refused)
              RUN(blocks_hold_their_addresses) RUN(families_do_not_mix)
                  RUN(what_is_no_block_is_refused) RUN(addresses_are_written))
