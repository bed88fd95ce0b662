/*M!999999\- enable the sandbox mode */ 
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `oauthtoken` (
  `id` varchar(10) NOT NULL,
  `user_name` varchar(255) DEFAULT NULL,
  `client_id` varchar(255) DEFAULT NULL,
  `client_secret` varchar(255) DEFAULT NULL,
  `refresh_token` varchar(255) DEFAULT NULL,
  `access_token` varchar(255) DEFAULT NULL,
  `grant_token` varchar(255) DEFAULT NULL,
  `expiry_time` varchar(20) DEFAULT NULL,
  `redirect_url` varchar(255) DEFAULT NULL,
  `api_domain` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
INSERT INTO `oauthtoken` (`id`, `user_name`, `client_id`, `client_secret`, `refresh_token`, `access_token`, `grant_token`, `expiry_time`, `redirect_url`, `api_domain`) VALUES ('1','anna@app.example','1000.APP','s3cr3t','1000.r1.x','1000.a1.x',NULL,'2114380800000','https://app.example/cb','https://www.zohoapis.eu');
INSERT INTO `oauthtoken` (`id`, `user_name`, `client_id`, `client_secret`, `refresh_token`, `access_token`, `grant_token`, `expiry_time`, `redirect_url`, `api_domain`) VALUES ('2','O\'Hara \\ \"Q\"; -- x','1000.APP','s3cr3t','1000.r2.x',NULL,NULL,NULL,NULL,NULL);
INSERT INTO `oauthtoken` (`id`, `user_name`, `client_id`, `client_secret`, `refresh_token`, `access_token`, `grant_token`, `expiry_time`, `redirect_url`, `api_domain`) VALUES ('3','a),(b\n\r\0\Z	%_é','1000.APP','s3cr3t','1000.r3.x','',NULL,'0',NULL,'');
INSERT INTO `oauthtoken` (`id`, `user_name`, `client_id`, `client_secret`, `refresh_token`, `access_token`, `grant_token`, `expiry_time`, `redirect_url`, `api_domain`) VALUES ('4',NULL,'1000.APP','s3cr3t','1000.r4.x',NULL,'1000.g.x',NULL,NULL,NULL);
